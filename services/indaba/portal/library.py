"""The library's pages: a list with search, one resource, a saved file."""

import asyncio
import re
from urllib.parse import quote, urlencode

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from indaba.contracts.ids import ResourceCode
from indaba.contracts.library import FindResources, ResourceDetails, ShowResource
from indaba.contracts.refusal import NotAMember, Refused, Unavailable
from indaba.conversation.wording import plain
from indaba.portal.drawing import draw, has_already, sorry
from indaba.portal.resources import entry, shown
from indaba.portal.visiting import Visitor, Visitors, for_members
from indaba.process.file_store import FileStore, clean_name

PAGE = 10
LAST_PAGE = 1000
LONGEST_WORDS = 200
IN_A_BOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Gives a file that is opened in a browser no rights on this site, whatever it contains."""

_CODE: TypeAdapter[str] = TypeAdapter(ResourceCode)
_PAGE = re.compile(r"[1-9][0-9]{0,3}")


class LibraryPages:
    """One method per page. The library decides what visitors can read."""

    def __init__(self, visitors: Visitors, files: FileStore | None) -> None:
        self._visitors = visitors
        self._files = files

    async def listed(self, request: Request) -> Response:
        """The newest resources, or those that match the words `q`, ten on a page."""
        words = plain(request.query_params.get("q", ""))
        number = request.query_params.get("page", "1")
        visitor = await self._visitors.visitor(request)
        if not _PAGE.fullmatch(number) or int(number) > LAST_PAGE:
            return _no_such_page(visitor, status=400)
        if len(words) > LONGEST_WORDS:
            return _too_many_words(visitor)
        return await self._results(visitor, words, int(number))

    async def resource(self, request: Request) -> Response:
        """Everything about one resource."""
        visitor = await self._visitors.visitor(request)
        try:
            details = await self._details(request, visitor)
        except Refused as no:
            if no.told != NotAMember.code:
                raise
            return self._for_members(visitor, visitor.wording.say("What is saved here"))
        if details is None:
            return _no_such_resource(visitor)
        resource = shown(details, visitor.community, visitor.wording)
        return draw(
            "resource",
            wording=visitor.wording,
            resource=resource,
            **visitor.facts("library", exact=False),
        )

    async def file(self, request: Request) -> Response:
        """The bytes of a saved file. 304 if the browser has them already."""
        visitor = await self._visitors.visitor(request)
        try:
            details = await self._details(request, visitor)
        except Refused as no:
            if no.told != NotAMember.code:
                raise
            return self._for_members(visitor, visitor.wording.say("A saved file"))
        file = details.resource.file if details else None
        if file is None:
            return _no_such_resource(visitor)
        if self._files is None:
            raise Unavailable("no shelf")
        if not await asyncio.to_thread(self._files.has, file.digest):
            return _not_on_the_shelf(visitor)
        headers = {
            "etag": f'"{file.digest}"',
            "cache-control": "private, no-cache",
            "content-security-policy": IN_A_BOX,
            "cross-origin-resource-policy": "same-origin",
        }
        if has_already(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        headers["content-disposition"] = attachment(file.name)
        path = self._files.path(file.digest)
        return FileResponse(path, headers=headers, media_type=file.media_type)

    async def _results(self, visitor: Visitor, words: str, number: int) -> Response:
        wording, before = visitor.wording, (number - 1) * PAGE
        asked = FindResources(words=words, limit=PAGE, offset=before)
        matches = await self._visitors.ask(asked, visitor)
        if not matches.resources and not words and not visitor.is_member:
            return self._for_members(visitor, wording.say("Library"))
        if number > 1 and not matches.resources:
            return _no_such_page(visitor, status=404)
        last = before + len(matches.resources)
        return draw(
            "library",
            wording=wording,
            words=words,
            entries=[entry(resource, wording) for resource in matches.resources],
            read_as=[(plain(typed), plain(meant)) for typed, meant in matches.read_as],
            first=before + 1,
            last=last,
            total=matches.total,
            earlier=_query(words, number - 1) if number > 1 else "",
            later=_query(words, number + 1) if last < matches.total else "",
            number=number,
            **visitor.facts("library", exact=not words and number == 1),
        )

    def _for_members(self, visitor: Visitor, what: str) -> Response:
        return for_members(
            visitor.community, self._visitors.opened(visitor.community), what, "library"
        )

    async def _details(self, request: Request, visitor: Visitor) -> ResourceDetails | None:
        """The resource in the address; `None` if that has no code. Raises as `Visitors.ask`."""
        try:
            code = _CODE.validate_python(request.path_params["code"])
        except ValidationError:
            return None
        return await self._visitors.ask(ShowResource(code=code), visitor)


def attachment(name: str) -> str:
    """A header that saves a file under its name, in any script (RFC 6266, RFC 8187).

    Programs that know only the older form get the ASCII characters of the name.
    """
    safe = clean_name(name)
    ascii_only = "".join(
        c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in safe
    )
    return f"attachment; filename=\"{ascii_only}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _query(words: str, number: int) -> str:
    """The query part of the library's address."""
    asked = {"q": words} if words else {}
    page = {"page": str(number)} if number > 1 else {}
    return f"?{urlencode({**asked, **page})}" if asked or page else ""


def _back(visitor: Visitor) -> tuple[str, str]:
    return f"/c/{visitor.community.key}/library", visitor.wording.say("Go to the library")


def _no_such_resource(visitor: Visitor) -> Response:
    say = visitor.wording.say
    return sorry(
        say("There is no such resource"),
        say("It may have been taken out of the library, or the code may be mistyped."),
        say("A code looks like R7K2. You can also search the library by words."),
        status=404,
        back=_back(visitor),
    )


def _not_on_the_shelf(visitor: Visitor) -> Response:
    say = visitor.wording.say
    return sorry(
        say("This file is not here any more"),
        say("The library knows of it, but its content is gone."),
        say("Ask in your community’s room whether somebody can send it again."),
        status=404,
        back=_back(visitor),
    )


def _no_such_page(visitor: Visitor, *, status: int) -> Response:
    say = visitor.wording.say
    return sorry(
        say("The library has no such page"),
        say("It may have become shorter since you opened it."),
        status=status,
        back=_back(visitor),
    )


def _too_many_words(visitor: Visitor) -> Response:
    say = visitor.wording.say
    return sorry(
        say("That is too much to search for"),
        say("Search for a few words, {most} letters at most.", most=LONGEST_WORDS),
        status=400,
        back=_back(visitor),
    )
