from __future__ import annotations

import random
from pathlib import Path

import pytest

from index.articles import Article, Unreadable, article_id
from index.formats import feeds

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harrow News</title><link>https://example.org/</link><language>en-GB</language>
<item>
  <title>A mill is &lt;i&gt;sold&lt;/i&gt; &amp;amp; moved</title><link>https://example.org/mill</link>
  <guid isPermaLink="false">n-17</guid><pubDate>Mon, 04 Mar 2024 23:30:00 -0500</pubDate>
  <dc:creator>Ann Lee</dc:creator>
  <description>&lt;p&gt;A mill is sold.&lt;/p&gt;</description>
  <content:encoded><![CDATA[<p>The mill of Harrow was <b>sold</b>.</p>
    <p>It is caf&eacute; now.</p><script>alert(1)</script>]]></content:encoded>
</item>
<item><title>Short</title><link>https://example.org/short</link><description>No mark-up, 3 &amp;lt; 4.</description></item>
<item><description>Only this.</description></item>
<item><title>Nothing in it</title></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Nachrichten</title><id>urn:f</id>
<entry><id>urn:e1</id><title type="html">Eine &lt;b&gt;Mühle&lt;/b&gt;</title><link rel="alternate" href="https://example.org/e1"/>
<published>2024-03-04T10:00:00Z</published><updated>2024-04-05T10:00:00Z</updated>
<author><name>Ann Lee</name></author><author><name>Bo Ray</name></author>
<summary>Kurz.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>Die Mühle wurde verkauft.</p><p>Sie steht leer.</p></div></content></entry>
<entry><id>urn:e2</id><title>Zwei</title><updated>2024-04-05T10:00:00Z</updated>
<content type="text">Reiner Text, 3 &lt; 4, &lt;b>.</content></entry>
</feed>"""


def read(folder: Path, content: str | bytes, name: str = "a.rss") -> tuple[list[Article], list[tuple[str, str]]]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    items = list(feeds.read(path))
    unreadable = [(item.source.removeprefix(str(path)), item.reason) for item in items if isinstance(item, Unreadable)]
    return [item for item in items if isinstance(item, Article)], unreadable


def test_an_entry_of_rss_is_an_article(tmp_path: Path) -> None:
    found, unreadable = read(tmp_path, RSS)
    path = str(tmp_path / "a.rss")
    assert found[0] == Article(
        id=article_id(f"{path}#n-17"),
        source=f"{path}#n-17",
        title="A mill is sold & moved",
        text="The mill of Harrow was sold.\n\nIt is café now.",
        published="2024-03-04",
        author="Ann Lee",
        language="en",
        sha256=found[0].sha256,
        file=path,
        url="https://example.org/mill",
    )
    assert [(article.source.removeprefix(path), article.title, article.text) for article in found[1:]] == [
        ("#https://example.org/short", "Short", "No mark-up, 3 < 4."),
        ("#3", "Only this.", "Only this."),
    ]
    assert unreadable == [("#4", "holds no text")]


def test_an_entry_of_atom_is_an_article(tmp_path: Path) -> None:
    found, unreadable = read(tmp_path, ATOM, "a.atom")
    assert not unreadable
    assert [(article.title, article.text) for article in found] == [
        ("Eine Mühle", "Die Mühle wurde verkauft.\n\nSie steht leer."),
        ("Zwei", "Reiner Text, 3 < 4, <b>."),
    ]
    first, second = found
    assert (first.published, first.author, first.language, first.url) == (
        "2024-03-04",
        "Ann Lee, Bo Ray",
        "de",
        "https://example.org/e1",
    )
    assert (second.published, second.author, second.url) == ("2024-04-05", None, None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is empty"),
        ("/etc/passwd", "is no feed, neither RSS nor Atom"),
        ("https://example.org/feed", "is no feed, neither RSS nor Atom"),
        ("<html><body><p>A page.</p></body></html>", "is no feed, neither RSS nor Atom"),
        ("<?xml version='1.0'?><data><row/></data>", "is no feed, neither RSS nor Atom"),
        ('<rss version="2.0"><channel><title>x</title></channel></rss>', "holds no entries"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is no feed, neither RSS nor Atom"),
    ],
)
def test_what_is_no_feed_is_said(tmp_path: Path, content: str | bytes, reason: str) -> None:
    assert read(tmp_path, content) == ([], [("", reason)])


def test_an_entry_that_says_almost_nothing_is_an_article(tmp_path: Path) -> None:
    empty = "<link/><guid/><author/><pubDate/><title/>"
    found, _ = read(
        tmp_path, f'<rss version="2.0"><channel><item>{empty}<description>Words.</description></item></channel></rss>'
    )
    assert [(article.text, article.title, article.author, article.published) for article in found] == [
        ("Words.", "Words.", None, None)
    ]


def test_a_feed_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MAX_MEBIBYTES", 1)
    assert read(tmp_path, RSS + " " * 2**20)[1] == [("", "is larger than 1 MiB")]


def test_nothing_is_taken_from_outside_or_blown_up(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The secret.")
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(10))
    for doctype in (f'<!ENTITY x SYSTEM "file://{secret}">', entities.replace("e9", "x")):
        item = "<item><title>t</title><description>Told: &x;</description></item>"
        feed = f'<!DOCTYPE rss [{doctype}]><rss version="2.0"><channel>{item}</channel></rss>'
        for article in read(tmp_path, feed)[0]:
            assert "The secret" not in article.text
            assert len(article.text) < 1000


def test_damaged_feeds_do_no_harm(tmp_path: Path) -> None:
    generator = random.Random(7)
    for feed in (RSS.encode(), ATOM.encode()):
        for _ in range(20):
            damaged = bytearray(feed)
            for place in generator.sample(range(len(feed)), generator.choice((1, 5, 30))):
                damaged[place] = generator.randrange(256)
            found, unreadable = read(tmp_path, bytes(damaged))
            assert 1 <= len(found) + len(unreadable) < 30
