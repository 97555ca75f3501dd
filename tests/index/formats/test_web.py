from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article, Unreadable
from index.build import add_addresses, build, open_or_create, sync
from index.doctor import examine
from index.formats import web
from index.formats.document import UnusableError
from index.update import Summary
from tests.conftest import HashingEmbedder

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SENTENCES = "The mill of Harrow was sold to a baker. " * 20
PAGE = f"""<html lang="en"><head><title>A mill is sold</title></head>
<body><nav><a href="/">Home</a></nav><article><h1>A mill is sold</h1><p>{SENTENCES}</p></article></body></html>"""
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Site:
    """A server on this machine, what it answers by path, and what it was asked."""

    port: int = 0
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "news.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            if self.path == "/never":
                site.over.wait()
                return
            status, headers, body = site.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def here(host: str, port: int) -> Sequence[str]:
    """All names belong to this machine but for one."""
    assert port
    if host == "nowhere.example":
        raise OSError
    return ["127.0.0.1"]


def read(url: str) -> list[Article | Unreadable]:
    return list(web.read(url, allow_private=True, resolve=here))


def reason(url: str) -> str:
    [item] = read(url)
    assert isinstance(item, Unreadable)
    assert item.source == url
    return item.reason


def test_a_page_is_an_article(site: Site) -> None:
    site.answers["/mill"] = (200, HTML, PAGE.encode())
    [article] = read(site.url("/mill#top"))
    assert isinstance(article, Article)
    assert (article.source, article.file, article.url) == (site.url("/mill"),) * 3
    assert (article.title, article.language) == ("A mill is sold", "en")
    assert SENTENCES.strip() in article.text
    assert "Home" not in article.text
    assert site.paths() == ["/robots.txt", "/mill"]
    for _, headers in site.asked:
        assert headers["host"] == f"news.example:{site.port}"
        assert headers["user-agent"] == web.USER_AGENT


def test_an_added_page_is_kept_by_a_sync_and_put_in_place_of_its_former_self(site: Site, tmp_path: Path) -> None:
    embedder = HashingEmbedder()
    (tmp_path / "articles").mkdir()
    catalog = open_or_create(tmp_path / "index", embedder, 24, 6)
    build(catalog, [tmp_path / "articles"], embedder)
    address = site.url("/mill", "127.0.0.1")

    def add() -> Summary:
        return add_addresses(catalog, [address, site.url("/gone", "127.0.0.1")], embedder, allow_private=True)

    site.answers["/mill"] = (200, HTML, PAGE.encode())
    done = add()
    assert (done.added, [unreadable.source for unreadable in done.failed]) == ([address], [site.url("/gone", "127.0.0.1")])
    assert done.passages > 0
    assert (add().unchanged, sync(catalog, embedder).removed) == (1, [])
    site.answers["/mill"] = (200, HTML, PAGE.replace("baker", "miller").encode())
    assert add().changed == [address]
    [summary] = catalog.summaries()
    assert summary.source == address
    assert "miller" in catalog.articles([address])[address].text
    assert examine(catalog) == []


@pytest.mark.parametrize(
    ("path", "kind", "body", "texts"),
    [
        ("/a", "text/plain", b"Plain words.", ["Plain words."]),
        ("/a", "text/plain; charset=windows-1251", "Мельница".encode("cp1251"), ["Мельница"]),
        ("/a", 'text/plain; charset="ISO-8859-1"', "“Café”".encode("cp1252"), ["“Café”"]),
        ("/a.csv", "application/octet-stream", b"text\nOne.\nTwo.\n", ["One.", "Two."]),
        ("/a", "text/csv", b"text\nOne.\nTwo.\n", ["One.", "Two."]),
        (
            "/feed",
            "application/rss+xml",
            b'<rss version="2.0"><channel><item><description>One.</description></item></channel></rss>',
            ["One."],
        ),
    ],
)
def test_what_else_can_be_read(site: Site, path: str, kind: str, body: bytes, texts: list[str]) -> None:
    site.answers[path] = (200, {"Content-Type": kind}, body)
    items = read(site.url(path))
    assert [item.text if isinstance(item, Article) else item.reason for item in items] == texts
    assert all(item.source.startswith(site.url(path)) for item in items)


def test_a_page_is_fetched_where_an_event_loop_runs_already(site: Site) -> None:
    site.answers["/mill"] = (200, HTML, PAGE.encode())

    async def in_a_notebook() -> list[Article | Unreadable]:
        return list(web.read(site.url("/mill", "127.0.0.1"), allow_private=True))

    with ThreadPoolExecutor(1) as pool:
        [article] = pool.submit(asyncio.run, in_a_notebook()).result()
    assert isinstance(article, Article)
    assert article.title == "A mill is sold"


def test_the_end_of_a_path_says_what_plain_text_is(site: Site) -> None:
    site.answers["/a.md"] = (200, {"Content-Type": "text/plain"}, b"# Sold\n\nA mill.")
    [article] = read(site.url("/a.md"))
    assert isinstance(article, Article)
    assert article.title == "Sold"


def test_a_parquet_table(site: Site, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "a.parquet"
    duckdb.connect().execute(f"COPY (SELECT 'One.' AS text) TO '{path}' (FORMAT parquet)")
    site.answers["/a.parquet"] = (200, {"Content-Type": "application/octet-stream"}, path.read_bytes())
    [article] = read(site.url("/a.parquet"))
    assert isinstance(article, Article)
    assert (article.source, article.text) == (site.url("/a.parquet") + "#1", "One.")


def test_packed_content_is_unpacked(site: Site) -> None:
    site.answers["/a"] = (200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, gzip.compress(b"Plain words."))
    [article] = read(site.url("/a"))
    assert isinstance(article, Article)
    assert article.text == "Plain words."


def test_redirections_are_followed_and_robots_asked_at_each_place(site: Site) -> None:
    site.answers["/robots.txt"] = (404, {"Set-Cookie": "a=b"}, b"")
    site.answers["/old"] = (301, {"Set-Cookie": "c=d", "Location": f"//other.example:{site.port}/new"}, b"")
    site.answers["/new"] = (200, HTML, PAGE.encode())
    [article] = read(site.url("/old"))
    assert article.source == site.url("/new", "other.example")
    assert site.paths() == ["/robots.txt", "/old", "/robots.txt", "/new"]
    assert [headers["host"].split(":")[0] for _, headers in site.asked] == ["news.example"] * 2 + ["other.example"] * 2
    assert not any("cookie" in headers for _, headers in site.asked)


def test_redirections_come_to_an_end(site: Site) -> None:
    site.answers["/round"] = (302, {"Location": "/round"}, b"")
    assert reason(site.url("/round")) == "is redirected more than 5 times"
    assert len(site.asked) == 1 + 6


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://inside.example/", "lies at an address that is not public (10.0.0.7)"),
        ("http://10.0.0.7/", "lies at an address that is not public (10.0.0.7)"),
        ("http://both.example/", "lies at an address that is not public (10.0.0.7)"),
        ("file:///etc/passwd", "is no plain http or https address"),
        ("http://a:b@news.example/", "is no plain http or https address"),
        ("http://[::1", "cannot be fetched (RemoteProtocolError)"),
    ],
)
def test_a_redirection_leads_to_no_place_that_is_not_public(
    site: Site, monkeypatch: pytest.MonkeyPatch, target: str, said: str
) -> None:
    addresses = {"news.example": ["127.0.0.1"], "both.example": ["127.0.0.1", "10.0.0.7"]}
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1")
    site.answers["/a"] = (302, {"Location": target}, b"")
    [item] = web.read(site.url("/a"), resolve=lambda host, _: addresses.get(host, ["10.0.0.7"]))
    assert isinstance(item, Unreadable)
    assert item.reason == said
    assert site.paths() == ["/robots.txt", "/a"]


def test_a_name_that_changes_its_address_is_looked_at_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "is_public", lambda address: address == "127.0.0.1")
    addresses = iter(["127.0.0.1", "169.254.169.254"])
    [item] = web.read(site.url("/a"), resolve=lambda *_: [next(addresses)])
    assert isinstance(item, Unreadable)
    assert item.reason == "lies at an address that is not public (169.254.169.254)"
    assert site.paths() == ["/robots.txt"]


def test_this_machine_is_not_asked_unless_it_may_be(site: Site) -> None:
    for host in ("127.0.0.1", "localhost", "0x7f.1", "2130706433"):
        [item] = web.read(site.url("/a", host))
        assert isinstance(item, Unreadable)
        assert item.reason in {
            "lies at an address that is not public (127.0.0.1)",
            "lies at an address that is not public (::1)",
        }
    assert not site.asked


def test_what_robots_txt_forbids_is_not_read(site: Site) -> None:
    site.answers["/robots.txt"] = (200, {}, b"User-agent: quoth\nDisallow: /closed\n\nUser-agent: *\nDisallow: /\n")
    site.answers["/open"] = (200, HTML, PAGE.encode())
    assert reason(site.url("/closed/a")) == "may not be read by programs (robots.txt)"
    assert isinstance(read(site.url("/open"))[0], Article)
    assert site.paths() == ["/robots.txt", "/robots.txt", "/open"]


@pytest.mark.parametrize("status", [500, 503])
def test_where_robots_txt_cannot_be_had_nothing_is_read(site: Site, status: int) -> None:
    site.answers["/robots.txt"] = (status, {}, b"")
    assert reason(site.url("/a")) == f"may not be read (its robots.txt is answered with {status})"
    assert site.paths() == ["/robots.txt"]


def test_large_answers_are_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_MEBIBYTES", 1)
    site.answers["/a"] = (200, {"Content-Type": "text/plain"}, b"x" * (2**20 + 1))
    site.answers["/b"] = (
        200,
        {"Content-Type": "text/plain", "Content-Encoding": "gzip"},
        gzip.compress(b"x" * 2**24),
    )
    assert reason(site.url("/a")) == "is larger than 1 MiB"
    assert reason(site.url("/b")) == "is larger than 1 MiB"


def test_a_server_that_never_answers_is_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "MAX_SECONDS", 0.5)
    assert reason(site.url("/never")) in {"takes longer than 0 s to fetch", "cannot be fetched (ReadTimeout)"}


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (404, HTML, "is answered with 404 Not Found"),
        (302, {}, "is answered with 302 Found"),
        (200, {"Content-Type": "image/png"}, "is of a type that is not read (image/png)"),
        (200, {}, "is of a type that is not read (none is named)"),
        (200, {"Content-Type": "text/html", "Content-Encoding": "br"}, "is packed in a way that was not asked for (br)"),
        (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, "is damaged (gzip)"),
    ],
)
def test_other_answers_are_said(site: Site, status: int, headers: dict[str, str], said: str) -> None:
    site.answers["/a"] = (status, headers, b"junk")
    assert reason(site.url("/a")) == said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is no plain http or https address"),
        ("ftp://news.example/a", "is no plain http or https address"),
        ("/etc/passwd", "is no plain http or https address"),
        ("http://", "is no plain http or https address"),
        ("http://news.example:0x50/", "is no address, or leads to none"),
        ("http://nowhere.example/", "has a server that cannot be found"),
        (f"http://news.example/{'a' * 10**6}", "is no address, or leads to none"),
        ("http://\udcff.example/", "is no address, or leads to none"),
    ],
)
def test_what_is_no_address_is_said(url: str, said: str) -> None:
    [item] = read(url)
    assert isinstance(item, Unreadable)
    assert item.reason == said


@given(st.text(max_size=60) | st.text(max_size=40).map("http://".__add__))
@settings(max_examples=10, deadline=None)
def test_any_text_is_fetched_or_said_to_be_no_address(url: str) -> None:
    def none(*_: object) -> Sequence[str]:
        return []

    with pytest.raises(UnusableError):
        web.fetch(url, resolve=none)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.0.2.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("news.example", False),
        ("", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert web.is_public(address) == public
