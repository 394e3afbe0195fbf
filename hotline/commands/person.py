"""`hotline person`: export all data held about a person at their request."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from hotline.actions.privacy.data_export import copy_person
from hotline.clock import RealClock
from hotline.commands.shell import FREE_TEXT, open_here, read_settings, run
from hotline.documents import docx_of
from hotline.documents.person import person_sheet
from hotline.holidays import ZONE


@click.group("person")
def person() -> None:
    """诉求人的个人信息。"""


@person.command("export")
@click.argument("number")
@click.option("--reason", required=True, type=FREE_TEXT, help="谁要求的、怎样核实了身份；记入查看记录")
@click.option(
    "--to",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="放在哪个文件夹",
)
def export(number: str, reason: str, folder: Path) -> None:
    """把提出 NUMBER 号工单的人的全部个人信息和诉求，导出为 JSON 和 docx 各一份。"""
    settings = read_settings()

    async def work() -> None:
        now = RealClock().now()
        async with open_here(settings) as context:
            copy = await copy_person(context, number, None, now, reason)
        plain = json.dumps(copy, ensure_ascii=False, indent=1).encode()
        for ending, body in (("json", plain), ("docx", docx_of(person_sheet(copy, now.astimezone(ZONE))))):
            place = folder / f"{number.strip()}.{ending}"
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(body)
            click.echo(f"已写入 {place}")

    run(work())
