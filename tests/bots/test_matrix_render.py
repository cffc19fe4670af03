import json
from html.parser import HTMLParser
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from indaba.contracts.ids import MeetingId
from indaba.conversation.answer import (
    Answer,
    Ask,
    Choice,
    Choices,
    Facts,
    File,
    Items,
    Picture,
    Text,
)
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.topics.helping import Help
from indaba.matrix_bot.render import contents, edit_of
from indaba.process.world import uuid7

PORTAL = "https://portal.example.org"
ALLOWED = {"p", "ul", "ol", "li", "strong", "br", "a"}


class Tags(HTMLParser):
    """What a strict reader sees in HTML: tags, links, and the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert all(name == "href" for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words += data


def drawn(answer: Answer) -> dict[str, Any]:
    return contents(answer, PORTAL)[0]


def test_an_answer_is_a_notice_that_mentions_nobody() -> None:
    content = drawn(Answer((Text("Hello"), Facts((("When", "Monday"),)), Items(("a", "b")))))
    assert content["msgtype"] == "m.notice"
    assert content["m.mentions"] == {}
    assert content["body"] == "Hello\nWhen: Monday\n- a\n- b"
    assert content["formatted_body"] == (
        "<p>Hello</p><ul><li><strong>When:</strong> Monday</li></ul><ul><li>a</li><li>b</li></ul>"
    )


def test_a_loud_answer_notifies_those_it_names() -> None:
    content = drawn(
        Answer(
            (Text("@thandi:x.org: come"),), loud=True, mentions=("@thandi:x.org", "@sipho:x.org")
        )
    )
    assert content["msgtype"] == "m.text"
    assert content["m.mentions"] == {"user_ids": ["@thandi:x.org", "@sipho:x.org"]}
    assert content["body"] == "@sipho:x.org\n@thandi:x.org: come"
    pill = '<a href="https://matrix.to/#/@thandi:x.org">@thandi:x.org</a>'
    assert f"<p>{pill}: come</p>" in content["formatted_body"]


def test_choices_are_listed_with_their_numbers_unless_a_card_says_them_already() -> None:
    choices = Choices((Choice("Do it", "✅", Help()), Choice("Stop", "❌", NeverMind())))
    content = drawn(Answer((Text("Sure?"), choices)))
    assert "1. ✅ Do it\n2. ❌ Stop\nReact with the sign" in content["body"]
    card = MeetingId(uuid7(0, 0))
    assert drawn(Answer((Text("A card"), choices), card=card))["body"] == "A card"


def test_a_question_says_what_was_wrong_before_it_asks_again() -> None:
    content = drawn(Answer((Ask("meeting new", {}, "when", "When is it?", why="No such day."),)))
    assert content["body"] == "No such day.\nWhen is it?"


def test_only_the_portals_pages_are_links() -> None:
    link = f"{PORTAL}/sign-in/a-b_c?x=1&y=2"
    words = f'Go: {link}. Not http://evil.org nor {PORTAL}.evil.org/x nor {PORTAL}@evil.org/"x'
    seen = Tags(drawn(Answer.of(words))["formatted_body"])
    assert seen.links == [link]
    assert seen.words == words


def test_pictures_and_files_follow_the_words() -> None:
    answer = Answer((File("a.ics", "text/calendar", b"x"), Text("Here"), Picture(b"y", "a map")))
    words, file, picture = contents(answer)
    assert words["body"] == "Here"
    assert (file["msgtype"], file["body"]) == ("m.file", "a.ics")
    assert (picture["msgtype"], picture["body"]) == ("m.image", "a map")


def test_what_does_not_fit_is_cut_and_said_to_be() -> None:
    content = drawn(Answer((Text("a"), Items(tuple(f'"<{n}>" ' + "é&" * 500 for n in range(200))))))
    assert size(content) < 60_000
    assert "does not fit" in content["body"]
    assert size(edit_of(content, "$" + "x" * 43)) < 64_000


def test_an_edit_pings_nobody_again() -> None:
    content = drawn(Answer((Text("x"),), mentions=("@a:x.org",)))
    assert edit_of(content, "$card")["m.mentions"] == {}


def size(content: dict[str, Any]) -> int:
    return len(json.dumps(content, ensure_ascii=False).encode())


words = st.text(alphabet=st.characters(), max_size=200) | st.sampled_from(
    ["<script>", "@room", "</p>", "&amp;", f"{PORTAL}/<b>", "@a:x.org", "\ud800", "\x00"]
)
blocks = st.lists(
    st.builds(Text, words)
    | st.builds(lambda rows: Facts(tuple(rows)), st.lists(st.tuples(words, words), max_size=3))
    | st.builds(lambda lines: Items(tuple(lines)), st.lists(words, max_size=3)),
    max_size=6,
)


@given(blocks, st.lists(st.sampled_from(["@a:x.org", "@ab:x.org", "@<b>:x.org"]), unique=True))
@example([Text("@room <b> \ud800\x00")], [])
def test_whatever_the_words_they_arrive_as_text(
    given_blocks: list[Any], mentions: list[str]
) -> None:
    content = drawn(Answer(tuple(given_blocks), mentions=tuple(mentions)))
    seen = Tags(content["formatted_body"])
    assert set(seen.tags) <= ALLOWED
    assert all(link.startswith((f"{PORTAL}/", "https://matrix.to/#/@")) for link in seen.links)
    assert "@room" not in content["body"].casefold()
    assert "\x00" not in content["body"]
    assert "room" not in content["m.mentions"]
    assert size(content) < 60_000


def test_an_account_on_discord_is_no_number_where_others_read() -> None:
    [content] = contents(Answer.of("<@123456789012345678> brings stones, with <@!23456789>."))
    for form in (content["body"], content["formatted_body"]):
        assert "@somebody (Discord) brings stones, with @somebody (Discord)." in form
        assert "123456789" not in form
