"""Reading HTML back, strictly: what a page made of hostile text holds, and of which elements."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

# Elements that have no content and no end.
VOID = {"img", "input"}


class _Reader(HTMLParser):
    """Builds a tree; every element has to be closed, in order, and nothing else than elements and text may come."""

    def __init__(self) -> None:
        super().__init__()
        self.tree = TreeBuilder()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.tree.end(tag)
        else:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.tree.end(tag)

    def handle_data(self, data: str) -> None:
        self.tree.data(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")


def parse(html: str) -> Element:
    """The HTML as a tree, under one <div>."""
    reader = _Reader()
    reader.feed(f"<div>{html}</div>")
    reader.close()
    assert not reader.open
    root: Element = reader.tree.close()
    return root


def text_of(element: Element) -> str:
    return "".join(element.itertext())


def texts(root: Element, tag: str) -> list[str]:
    """The text of every element of this name."""
    return [text_of(element) for element in root.iter(tag)]


def by_class(root: Element, name: str) -> list[Element]:
    return [element for element in root.iter() if name in element.get("class", "").split()]


def one(root: Element, name: str) -> Element:
    """The only element of this class."""
    [element] = by_class(root, name)
    return element


def shape(root: Element) -> list[tuple[str, tuple[str, ...]]]:
    """The elements in order, each with the names of its attributes: what foreign text must never change."""
    return [(element.tag, tuple(element.keys())) for element in root.iter()]
