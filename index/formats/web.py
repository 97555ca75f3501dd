"""Pages and feeds by their address, fetched politely and only from where it is safe to fetch.

Each request goes to an address that was looked up and found public before, by its number: no name is looked up again in
between, and no proxy is used. Redirections are followed here, each like a request of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import ipaddress
import os
import re
import socket
import zlib
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.robotparser import RobotFileParser

import anyio
import anyio.to_thread
import httpx

from index.articles import DOCUMENTS, FEEDS, MAX_MEBIBYTES, TABLES, Article, Unreadable, printable
from index.formats import feeds, read_document, tables
from index.formats.document import UnusableError

USER_AGENT = "Quoth/0.1 (reads single pages for a person who names them)"
MAX_SECONDS = 30.0  # for all that one address takes: look-ups, robots.txt, redirections, the page
MAX_CONNECT_SECONDS = 5.0  # for one of several addresses of a name
MAX_REDIRECTIONS = 5
MAX_ROBOTS_KIBIBYTES = 500  # what RFC 9309 asks to be read

# The ending whose reader reads what a server calls by this type.
ENDINGS: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
}
# What says no more than that it is a file; the end of the path says more.
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "binary/octet-stream"})
# Of those that a server may name, the ones that texts are in; Python knows others that take quadratic time.
_CHARSETS = re.compile(r"(?:windows-|iso-8859-|koi8|gb|big5|euc-|shift_jis)[\w-]{0,20}", re.IGNORECASE)

# Gives the addresses of a name; raises OSError where there are none.
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True)
class Fetched:
    """url: after all redirections, without a fragment. ending: one that index.articles knows. data: unpacked."""

    url: str
    ending: str
    data: bytes


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def read(url: str, *, allow_private: bool = False, resolve: Resolve = look_up) -> Iterator[Article | Unreadable]:
    """The article of a page, or those of a feed or a table, at an http or https address; their sources begin with it."""
    try:
        fetched = fetch(url, allow_private=allow_private, resolve=resolve)
    except UnusableError as error:
        yield Unreadable(printable(url), str(error))
        return
    source, ending = fetched.url, fetched.ending
    if ending in FEEDS:
        yield from feeds.read_data(source, fetched.data, source)
    elif ending in TABLES:
        yield from tables.read_stream(source, ending, BytesIO(fetched.data), source)
    else:
        for item in read_document(source, ending, fetched.data, source):
            yield dataclasses.replace(item, url=item.url or source) if isinstance(item, Article) else item


def fetch(url: str, *, allow_private: bool = False, resolve: Resolve = look_up) -> Fetched:
    """What is at an http or https address, if its robots.txt lets Quoth read it.

    allow_private: addresses inside a network too. Raises UnusableError with the reason where there is nothing to be read.
    """

    async def within_time() -> Fetched:
        with anyio.fail_after(MAX_SECONDS):
            # Proxies and passwords of the surroundings are left out. No connection is used twice: it is known by its
            # number, and may be trusted only for the name that it was made for.
            limits = httpx.Limits(max_keepalive_connections=0)
            timeout = httpx.Timeout(MAX_SECONDS, connect=MAX_CONNECT_SECONDS)
            async with httpx.AsyncClient(trust_env=False, timeout=timeout, limits=limits) as client:
                return await _Visit(client, allow_private, resolve, {}).fetch(url)

    try:
        return _run(within_time)
    except TimeoutError as error:
        raise UnusableError(f"takes longer than {MAX_SECONDS:.0f} s to fetch") from error


def _run(work: Callable[[], Coroutine[Any, Any, Fetched]]) -> Fetched:
    """Runs it to its end, in a thread of its own where an event loop runs in this one already, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return anyio.run(work)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, work).result()


@dataclass(frozen=True)
class _Answer:
    url: httpx.URL
    status: int
    headers: httpx.Headers
    data: bytes


@dataclass(frozen=True)
class _Visit:
    """robots: what is known of each origin."""

    client: httpx.AsyncClient
    allow_private: bool
    resolve: Resolve
    robots: dict[str, RobotFileParser]

    async def fetch(self, url: str) -> Fetched:
        answer = await self._follow(url, MAX_MEBIBYTES * 2**20, ask_robots=True)
        if answer.status != 200:
            raise UnusableError(f"is answered with {answer.status} {httpx.codes.get_reason_phrase(answer.status)}".rstrip())
        if len(answer.data) > MAX_MEBIBYTES * 2**20:
            raise UnusableError(f"is larger than {MAX_MEBIBYTES} MiB")
        kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        last = os.path.splitext(answer.url.path)[1].lower()  # noqa: PTH122 - not a path of this system
        ending = last if kind in _VAGUE and last in DOCUMENTS | FEEDS | TABLES else ENDINGS.get(kind)
        if ending is None:
            raise UnusableError(f"is of a type that is not read ({kind[:100] or 'none is named'})")
        data = _in_utf8(answer) if ending in {".html", ".txt", ".md"} else answer.data
        return Fetched(str(answer.url), ending, data)

    async def _follow(self, url: str, most: int, *, ask_robots: bool) -> _Answer:
        """The answer after all redirections, of its content the first `most` bytes and one more."""
        try:
            here = httpx.URL(url)
            for _ in range(MAX_REDIRECTIONS + 1):
                here = here.copy_with(fragment=None)
                if ask_robots:
                    await self._check_robots(here)
                answer = await self._get(here, most)
                if answer.status not in {301, 302, 303, 307, 308} or "location" not in answer.headers:
                    return answer
                here = here.join(answer.headers["location"])
        except (httpx.InvalidURL, ValueError) as error:
            raise UnusableError("is no address, or leads to none") from error
        raise UnusableError(f"is redirected more than {MAX_REDIRECTIONS} times")

    async def _check_robots(self, url: httpx.URL) -> None:
        origin = str(url.copy_with(raw_path=b"/robots.txt"))
        if origin not in self.robots:
            rules = RobotFileParser()
            answer = await self._follow(origin, MAX_ROBOTS_KIBIBYTES * 2**10, ask_robots=False)
            # RFC 9309: where there is none all is allowed, where it cannot be had nothing is.
            if answer.status >= 500:
                raise UnusableError(f"may not be read (its robots.txt is answered with {answer.status})")
            lines = answer.data.decode(errors="replace").splitlines() if answer.status < 300 else []
            rules.parse(lines)
            self.robots[origin] = rules
        if not self.robots[origin].can_fetch("Quoth", str(url)):
            raise UnusableError("may not be read by programs (robots.txt)")

    async def _get(self, url: httpx.URL, most: int) -> _Answer:
        if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
            raise UnusableError("is no plain http or https address")
        host, port = url.raw_host.decode(), url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = await anyio.to_thread.run_sync(self.resolve, host, port, abandon_on_cancel=True)
        except (OSError, UnicodeError) as error:
            raise UnusableError("has a server that cannot be found") from error
        # One that is not public may be a trick, whatever the others are.
        inside = [address for address in addresses if not is_public(address)]
        if inside and not self.allow_private:
            raise UnusableError(f"lies at an address that is not public ({inside[0]})")
        problem: httpx.HTTPError | None = None
        for address in addresses:
            # They would be kept by the number as well.
            self.client.cookies.clear()
            request = self.client.build_request(
                "GET",
                url.copy_with(host=address),
                headers={"Host": url.netloc.decode(), "User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
                extensions={"sni_hostname": host},
            )
            try:
                response = await self.client.send(request, stream=True, follow_redirects=False)
                try:
                    return _Answer(url, response.status_code, response.headers, await _content(response, most))
                finally:
                    await response.aclose()
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                problem = error
            except httpx.HTTPError as error:
                raise UnusableError(f"cannot be fetched ({type(error).__name__})") from error
        raise UnusableError(f"cannot be fetched ({problem or 'its server has no address'})") from problem


async def _content(response: httpx.Response, most: int) -> bytes:
    """No more than one byte more than `most`, packed or not."""
    packed = bytearray()
    async for piece in response.aiter_raw(2**16):
        packed += piece
        if len(packed) > most:
            break
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return bytes(packed[: most + 1])
    if encoding not in {"gzip", "x-gzip"}:
        raise UnusableError(f"is packed in a way that was not asked for ({encoding[:20]})")
    try:
        return zlib.decompressobj(31).decompress(bytes(packed), most + 1)
    except zlib.error as error:
        raise UnusableError("is damaged (gzip)") from error


def _in_utf8(answer: _Answer) -> bytes:
    """The text in the encoding that the server names, if it is in it."""
    charset = re.search(r"charset\s{0,9}=\s{0,9}[\"']?([\w-]{1,40})", answer.headers.get("content-type", ""), re.IGNORECASE)
    if charset and _CHARSETS.fullmatch(charset[1]):
        name = charset[1].lower()
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            # What calls itself Latin-1 on the web is Windows-1252, as the HTML standard says.
            return answer.data.decode("cp1252" if name == "iso-8859-1" else name).encode()
    return answer.data


def is_public(address: str) -> bool:
    """Whether an address is one of the internet and leads nowhere else.

    >>> [is_public(address) for address in ("8.8.8.8", "10.0.0.1", "127.0.0.1", "169.254.169.254", "::ffff:10.0.0.1")]
    [True, False, False, False, False]
    """
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address):
        if number.ipv4_mapped is not None:
            number = number.ipv4_mapped
        # Addresses in which another one is hidden, where a gateway might send the request on.
        elif number.sixtofour or number.teredo or number.is_site_local:
            return False
    return number.is_global and not (number.is_multicast or number.is_reserved)
