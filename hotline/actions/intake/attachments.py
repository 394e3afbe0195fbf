"""Files of a ticket: add them, and read them within the row scope with an access log entry (PROCEDURE §6)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from hotline.actions.privacy.complainant import read_complainant
from hotline.actions.region.context import RegionContext
from hotline.actions.region.row_scope import ALL, scope_of_ticket
from hotline.actions.tickets.execution import check_scope
from hotline.actions.tickets.merged import target_of
from hotline.db import Connection
from hotline.domain.enums import Role
from hotline.domain.errors import Malformed, NotFound
from hotline.domain.handling.unit_work import passes_files
from hotline.domain.privacy.personal_numbers import redact
from hotline.domain.privacy.visibility import reads_words
from hotline.domain.tickets.ticket import Actor, Ticket
from hotline.store.privacy.access_log import insert_entry
from hotline.store.region.row_scope import widen_scope
from hotline.store.tickets import attachments, records
from hotline.store.tickets.attachments import AttachmentRow as AttachmentRow
from hotline.store.tickets.attachments import NewAttachment

FILES_OF_TICKET = 60


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file whose bytes are in the files folder already; `sha256` is its digest of 32 bytes.

    `place` is where a photo was taken, empty unless the complainant chose to state it.
    """

    file_name: str
    media_type: str
    size_bytes: int
    sha256: bytes
    place: str = ""


async def add_files(
    context: RegionContext,
    ticket_id: UUID,
    files: Sequence[KeptFile],
    actor: Actor,
    now: datetime,
    label: str = "现场照片",
) -> int:
    """Attach files to a ticket, for a merged one also to its target; returns how many files the ticket has then.

    A file attached twice is stored once. Raises NotFound outside the actor's row scope, Malformed beyond 60 files on a
    ticket.
    """
    async with context.writing(scope_of_ticket(ticket_id) if actor.role is Role.COMPLAINANT else actor) as conn:
        ticket = await records.lock_ticket(conn, context.region, ticket_id)
        if ticket is None:
            raise NotFound
        await check_scope(context, conn, ticket, actor)
        await widen_scope(conn, ALL)
        target = await _passed_to(context, conn, ticket)
        if target is not None:
            await _hang(context, conn, target.ticket_id, files, actor, now, f"{label}（来自 {ticket.number}）")
        return await _hang(context, conn, ticket_id, files, actor, now, label)


async def _passed_to(context: RegionContext, conn: Connection, ticket: Ticket) -> Ticket | None:
    """Return the ticket that files of a merged one are attached to as well, or None."""
    target = await target_of(context, conn, ticket)
    if target is None or not passes_files(ticket, target, context.county.barred(ticket.accused_unit_id)):
        return None
    return target


async def _hang(
    context: RegionContext,
    conn: Connection,
    ticket_id: UUID,
    files: Sequence[KeptFile],
    actor: Actor,
    now: datetime,
    label: str,
) -> int:
    stored = await _ids_of(context, conn, ticket_id)
    named = {_id_of(ticket_id, file.sha256): file for file in files}
    _refuse_beyond(stored | named.keys())
    for attachment_id, file in named.items():
        await attachments.insert_attachment(conn, context.region, ticket_id, NewAttachment(
            attachment_id=attachment_id, file_name=file.file_name, media_type=file.media_type,
            size_bytes=file.size_bytes, sha256=file.sha256, label=_labelled(label, file), added_at=now,
            account_id=actor.account_id,
        ))  # fmt: skip
    return len(stored | named.keys())


async def _ids_of(context: RegionContext, conn: Connection, ticket_id: UUID) -> set[UUID]:
    return {row["attachment_id"] for row in await attachments.list_attachments(conn, context.region, ticket_id)}


def _labelled(label: str, file: KeptFile) -> str:
    return f"{label}（拍摄地点：{file.place}）" if file.place else label


async def check_room(context: RegionContext, ticket_id: UUID, digests: Sequence[bytes]) -> None:
    """Raise Malformed when files with these SHA-256 digests would exceed 60 on the ticket or its target.

    Call it before an action that files belong to, so that the action is not half done.
    """
    if not digests:
        return
    async with context.reading(ALL) as conn:
        ticket = await records.get_ticket(conn, context.region, ticket_id)
        target = await _passed_to(context, conn, ticket) if ticket else None
        for home in (ticket_id, *([target.ticket_id] if target else ())):
            _refuse_beyond(await _ids_of(context, conn, home) | {_id_of(home, digest) for digest in digests})


def _id_of(ticket_id: UUID, digest: bytes) -> UUID:
    # The id is derived from the content, so that a repeated form adds nothing.
    return uuid5(ticket_id, digest.hex())


def _refuse_beyond(attachment_ids: Collection[UUID]) -> None:
    if len(attachment_ids) > FILES_OF_TICKET:
        raise Malformed(what=f"附件（每件工单最多{FILES_OF_TICKET}个）")


async def read_file(
    context: RegionContext, ticket_id: UUID, attachment_id: UUID, actor: Actor, now: datetime, address: str = ""
) -> AttachmentRow:
    """Return one file of a ticket and record the access. Raises NotFound outside the actor's row scope.

    The file name is free text: it is redacted for readers who see the ticket's texts redacted.
    """
    async with context.writing(actor) as conn:
        ticket = await records.get_ticket(conn, context.region, ticket_id)
        if ticket is None:
            raise NotFound
        await check_scope(context, conn, ticket, actor)
        row = await attachments.get_attachment(conn, context.region, ticket_id, attachment_id)
        if row is None:
            raise NotFound
        await insert_entry(conn, context.region, now, actor.account_id, ticket_id, "file", address=address)
        if reads_words(actor, ticket, leads=context.county.leads(actor, ticket)):
            return row
        await widen_scope(conn, ALL)
        complainant = await read_complainant(context, conn, ticket_id)
        return {**row, "file_name": redact(row["file_name"], complainant.words)}
