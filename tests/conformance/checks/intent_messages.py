"""Canonical texts of intent messages. Vectors: `message` fixtures of arkd."""

from arkcore import intent_message

from tests.conformance.mismatch import equal


def cases(document):  # type: ignore[no-untyped-def]
    return [(case["name"], case) for case in document]


def check(case) -> None:  # type: ignore[no-untyped-def]
    fields = case["message"]
    message = intent_message.message_of(fields, fields["type"])
    equal("text", message.encode(), case["expected"])
    again = intent_message.parse_message(case["expected"], fields["type"])
    equal("text parsed and encoded again", again.encode(), case["expected"])
