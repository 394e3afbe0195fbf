"""`python -m rehearsal demo | drill | run`, as `make demo`, `make drill` and `make run` start them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from hotline.actions.region.csv_reader import UnreadableCsv
from hotline.actions.region.health import UpkeepFault
from hotline.local import LocalServerError
from rehearsal.demo import DemoOrder, run_demo
from rehearsal.drill import MOST_WEEKS, START, DrillOrder, run_drill
from rehearsal.environment import NotForRehearsal

FAULTS = (UnreadableCsv, UpkeepFault, NotForRehearsal, LocalServerError)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """阳光热线的演示与演练：自带服务器、一个虚构的县和可以拨动的时钟。"""


@cli.command("drill")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(1, MOST_WEEKS), help="演练几周")
@click.option("--seed", default=1, show_default=True, help="随机种子：相同的种子，相同的演练")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="结果另存为 JSON 的位置")
@click.option("--start", default=START.isoformat(), show_default=True, type=click.DateTime(["%Y-%m-%d"]), help="第一天")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), help="保留演练数据的文件夹；不给则用完即删")
@click.option("--adversary", is_flag=True, help="有人捣乱：杀后台、漏发重发、清空 Valkey、两个后台同时、拨钟一小时")
def drill(
    files: tuple[Path, ...], weeks: int, seed: int, json_file: Path | None, start: datetime, home: Path | None,
    adversary: bool,
) -> None:  # fmt: skip
    """用真实诉求（CSV，列 created_at、title、body、category）演练几周，走真实的三个入口，时钟自动快进。"""
    order = DrillOrder(files, weeks, seed, start.date(), json_file, home, adversary)
    try:
        figures = run_drill(order, Console())
    except FAULTS as fault:
        raise click.ClickException(str(fault)) from None
    if figures["lost"] or figures["surplus"] or figures["duplicates"]:
        raise SystemExit(1)


_home = click.option(
    "--home",
    default=".hotline",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="数据放在哪里",
)
_port = click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="网站端口")


@cli.command("demo")
@_home
@_port
@click.option("--pace", default=0.6, show_default=True, type=click.FloatRange(0, 60), help="每一步停留几秒")
@click.option("--weeks", default=1, show_default=True, type=click.IntRange(1, MOST_WEEKS), help="演示几周")
@click.option("--seed", default=1, show_default=True, help="随机种子")
@click.option("--no-play", is_flag=True, help="只启动，不演示")
def demo(home: Path, port: int, pace: float, weeks: int, seed: int, no_play: bool) -> None:
    """一条命令启动全部，演示一周；按 Ctrl-C 停止，再次运行接着演示。"""
    _show(DemoOrder(home, port, weeks, pace, seed, not no_play))


@cli.command("run")
@_home
@_port
def run(home: Path, port: int) -> None:
    """启动网站与后台，用演示县的数据，时钟按正常速度走，不演示。"""
    _show(DemoOrder(home, port, play=False))


def _show(order: DemoOrder) -> None:
    try:
        run_demo(order, Console())
    except (*FAULTS, OSError) as fault:
        raise click.ClickException(str(fault)) from None


def main() -> None:
    """The entry point of `python -m rehearsal`."""
    cli(prog_name="python -m rehearsal")


if __name__ == "__main__":
    main()
