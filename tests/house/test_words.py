from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.words import LONGEST, clean, split


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("health api", ["health", "api"]),
        ("  health\n api\t--details ", ["health", "api", "--details"]),
        ('note "two words" end', ["note", "two words", "end"]),
        ("note “two words”", ["note", "two words"]),
        ("note ‘two words’", ["note", "two words"]),
        ("health —details", ["health", "--details"]),
        ("health –details", ["health", "--details"]),
        ("note what's up", ["note", "what's", "up"]),
        ('note "never closed', ["note", '"never', "closed"]),
        ("title:'a b' x", ["title:a b", "x"]),
        ('--title="a b"', ["--title=a b"]),
        ("<@U012AB3CD|ana> <#C0123456|ops>", ["<@U012AB3CD>", "<#C0123456>"]),
        ("<https://pitchey.dev/a?b=1&amp;c=2|pitchey.dev>", ["https://pitchey.dev/a?b=1&c=2"]),
        ("<mailto:ana@x.dev|ana@x.dev>", ["ana@x.dev"]),
        ("a &lt;b&gt; &amp; c", ["a", "<b>", "&", "c"]),
        ("<!channel> <!subteam^S1|@oncall> <!here|here>", ["@channel", "@oncall", "@here"]),
        ("my <b>bold</b> <note>", ["my", "<b>bold</b>", "<note>"]),
        ("\u202ehtlaeh\u202c", ["htlaeh"]),
        ("he\x00al\x1bth", ["health"]),
        ("", []),
        ("🚀 health", ["🚀", "health"]),
    ],
)
def test_words_are_what_a_person_means(typed: str, words: list[str]) -> None:
    assert split(typed) == words


def test_a_pasted_log_is_refused_with_its_length() -> None:
    with pytest.raises(BadInput, match="40,000 characters"):
        split("x" * 40_000)


@given(st.text(max_size=LONGEST))
def test_any_text_gives_words_without_control_characters(text: str) -> None:
    for word in split(text):
        assert word
        assert clean(word) == clean(clean(word))
    assert not any(ord(character) < 32 for character in clean(text))
