"""Small conversations, none from a real log: what makes a yes cover an act, and what does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nalyqor_tui.derive.consent import Consent, consents
from nalyqor_tui.phrase import plain
from nalyqor_tui.policy.loader import Policy, parse
from nalyqor_tui.trace.store import Trace
from tests.bench import consent as bench

POLICY = """
nalyqor_policy = "1"
id = "small"
[effects]
write = ["cancel_*", "modify_*", "return_*", "exchange_*", "delete_*", "send_*", "move_*", "create_*",
"transfer_*",
         "close_*", "git_push", "write_file", "run_command", "block_*"]
[confirmation.yes]
by = ["user"]
answers = "proposal"
covers = ["tool", "*"]
[[rule]]
id = "confirm-write"
on = { effect = "write" }
need = { confirmation = "yes" }
"""

ORDER = {
    "order_id": "#W100", "status": "pending",
    "items": [
        {"name": "Desk Lamp", "product_id": "51", "item_id": "900011", "price": 31.5,
            "options": {"color": "white", "bulb": "warm"}},
        {"name": "Office Chair", "product_id": "52", "item_id": "900012", "price": 140.0,
            "options": {"color": "black", "arms": "fixed"}},
    ],
    "payment_history": [{"transaction_type": "payment", "amount": 171.5, "payment_method_id": "credit_card_5551"}],
}  # fmt: skip
PROFILE = {
    "name": {"first_name": "Ida", "last_name": "Berg"},
    "payment_methods": {
        "credit_card_5551": {
            "source": "credit_card",
            "brand": "visa",
            "last_four": "8811",
            "id": "credit_card_5551",
        },
        "gift_card_7772": {"source": "gift_card", "balance": 60, "id": "gift_card_7772"},
        "paypal_3331": {"source": "paypal", "id": "paypal_3331"},
    },
}
LAMPS = {
    "name": "Desk Lamp",
    "product_id": "51",
    "variants": {
        "900011": {
            "item_id": "900011",
            "options": {"color": "white", "bulb": "warm"},
            "available": True,
            "price": 31.5,
        },
        "900013": {
            "item_id": "900013",
            "options": {"color": "green", "bulb": "cold"},
            "available": True,
            "price": 33.0,
        },
        "900014": {
            "item_id": "900014",
            "options": {"color": "white", "bulb": "cold"},
            "available": True,
            "price": 32.0,
        },
    },
}
ACCOUNTS = [
    {"account_id": "acc_4410", "label": "Everyday", "balance": 2300.0},
    {"account_id": "acc_4420", "label": "Savings", "balance": 9100.0},
]


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def agent(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def call(tool: str, result: Any = "ok", /, text: str = "", **arguments: Any) -> list[dict[str, Any]]:
    function = {"name": tool, "arguments": json.dumps(arguments)}
    content = result if isinstance(result, str) else json.dumps(result)
    return [
        {"role": "assistant", "content": text or None, "tool_calls": [{"function": function}]},
        {"role": "tool", "name": tool, "content": content},
    ]


@dataclass
class Case:
    """A conversation with the classes of its writes, in order."""

    name: str
    talk: list[Any]
    classes: list[str]


def judged(talk: list[Any], tmp_path: Path, policy: str = POLICY) -> list[Consent]:
    messages: list[dict[str, Any]] = []
    for piece in talk:
        messages.extend(piece if isinstance(piece, list) else [piece])
    path = tmp_path / "talk.json"
    path.write_text(json.dumps([{"task_id": 1, "traj": messages}]))
    declared: Policy = parse(policy.encode(), "small.toml")
    return [*consents(Trace(path).session(0), declared).values()]


ORDER_SEEN = call("get_order", ORDER, order_id="#W100")
PROFILE_SEEN = call("get_user", PROFILE, user_id="ida_berg_1200")
LAMPS_SEEN = call("get_product", LAMPS, product_id="51")
ACCOUNTS_SEEN = call("list_accounts", ACCOUNTS)
RETURN = {"order_id": "#W100", "item_ids": ["900011"], "payment_method_id": "gift_card_7772"}
TRANSFER = {"from_account": "acc_4410", "to_account": "acc_4420", "amount": 500}

SHOP = [
    Case("a return listed by names, agreed", [
        user("I want to return something from order #W100."), ORDER_SEEN, PROFILE_SEEN,
        agent("I would return this for you:\n- Order: #W100\n- Item: Desk Lamp (white)\n- Refund "
            "to: your gift card\n\nShall I go ahead?"),
        user("Yes please."), call("return_delivered_order_items", **RETURN)], ["confirmed"]),
    Case("the refund goes elsewhere than was said", [
        user("I want to return something from order #W100."), ORDER_SEEN, PROFILE_SEEN,
        agent("I would return the Desk Lamp of order #W100 and refund it to your gift card. Shall I "
            "go ahead?"),
        user("Yes please."), call("return_delivered_order_items", **{**RETURN,
        "payment_method_id": "credit_card_5551"})],
        ["mismatched"]),
    Case("a yes with a change that the call follows", [
        user("I want to return the lamp of order #W100."), ORDER_SEEN, PROFILE_SEEN,
        agent("I can return the Desk Lamp of order #W100 and refund your Visa ending in 8811. Do "
            "you want me to proceed?"),
        user("Yes, but put it on my gift card."), call("return_delivered_order_items", **RETURN)], ["confirmed"]),
    Case("a yes with a change that the call passes over", [
        user("I want to return the lamp of order #W100."), ORDER_SEEN, PROFILE_SEEN,
        agent("I can return the Desk Lamp of order #W100 and refund your Visa ending in 8811. Do "
            "you want me to proceed?"),
        user("Yes, but put it on my gift card."),
        call("return_delivered_order_items", **{**RETURN, "payment_method_id": "credit_card_5551"})],
        ["mismatched"]),
    Case("another variant than the one described", [
        user("Can I swap the lamp of order #W100 for another?"), ORDER_SEEN, LAMPS_SEEN, PROFILE_SEEN,
        agent("I'd exchange the Desk Lamp of order #W100 for the green one with a cold bulb "
            "($33.00), the difference of $1.50 to your PayPal. Do you confirm?"),
        user("Yes."),
        call("exchange_delivered_order_items", order_id="#W100", item_ids=["900011"],
        new_item_ids=["900014"], payment_method_id="paypal_3331")],
        ["mismatched"]),
    Case("the variant described", [
        user("Can I swap the lamp of order #W100 for another?"), ORDER_SEEN, LAMPS_SEEN, PROFILE_SEEN,
        agent("I'd exchange the Desk Lamp of order #W100 for the green one with a cold bulb "
            "($33.00), the difference of $1.50 to your PayPal. Do you confirm?"),
        user("Yes."),
        call("exchange_delivered_order_items", order_id="#W100", item_ids=["900011"],
        new_item_ids=["900013"], payment_method_id="paypal_3331")],
        ["confirmed"]),
    Case("a part agreed, the whole cancelled", [
        user("I don't need the lamp any more."), ORDER_SEEN,
        agent("I can cancel only the Desk Lamp of your order #W100. Would you like me to cancel it?"),
        user("Yes, cancel just the lamp."), call("cancel_pending_order", order_id="#W100",
        reason="no longer needed")],
        ["mismatched"]),
    Case("one yes for two orders covers each once", [
        user("Please get rid of my orders."),
        agent("You have two pending orders, #W100 and #W200. Would you like me to cancel both?"),
        user("Yes, both."), call("cancel_pending_order", order_id="#W100"), call("cancel_pending_order",
        order_id="#W200"),
        call("cancel_pending_order", order_id="#W100")], ["confirmed", "confirmed", "stale"]),
    Case("an order that the proposal rules out", [
        user("Cancel #W100 and #W200, please."),
        agent("Order #W200 cannot be cancelled because it has been shipped. Order #W100 can. Shall "
            "I cancel #W100?"),
        user("Sure."), call("cancel_pending_order", order_id="#W200")], ["mismatched"]),
    Case("a choice is not a yes", [
        user("I want to cancel an order."),
        agent("You have #W100 and #W200. Which one should be cancelled?"),
        user("#W100."), call("cancel_pending_order", order_id="#W100")], ["requested"]),
    Case("all of a kind, none by name", [
        user("I moved house."), call("list_orders", [{"order_id": "#W100"}, {"order_id": "#W200"}]),
        agent("I'll set the address of your pending orders to 5 Elm Street, Oslo. Is this "
            "correct?"), user("That's correct."),
        call("modify_pending_order_address", order_id="#W100", address="5 Elm Street, Oslo"),
        call("modify_pending_order_address", order_id="#W200", address="5 Elm Street, Oslo")], ["confirmed",
        "confirmed"]),
    Case("paid as before", [
        user("Return the chair of #W100, please."), ORDER_SEEN, PROFILE_SEEN,
        agent("I would return the Office Chair of order #W100 to your original payment method. "
            "Shall I proceed?"),
        user("Yes."), call("return_delivered_order_items", order_id="#W100", item_ids=["900012"],
        payment_method_id="credit_card_5551")], ["confirmed"]),
    Case("not paid as before", [
        user("Return the chair of #W100, please."), ORDER_SEEN, PROFILE_SEEN,
        agent("I would return the Office Chair of order #W100 to your original payment method. "
            "Shall I proceed?"),
        user("Yes."), call("return_delivered_order_items", order_id="#W100", item_ids=["900012"],
        payment_method_id="paypal_3331")], ["mismatched"]),
    Case("another thing of the same order", [
        user("Return the chair of #W100, please."), ORDER_SEEN, PROFILE_SEEN,
        agent("I would return the Office Chair of order #W100 to your gift card. Shall I proceed?"),
        user("Yes."), call("return_delivered_order_items", order_id="#W100", item_ids=["900011"],
        payment_method_id="gift_card_7772")], ["mismatched"]),
    Case("neither asked nor agreed", [
        user("Hi, where is my parcel?"), ORDER_SEEN, call("cancel_pending_order", order_id="#W100")], ["none"]),
    Case("a refusal", [
        user("My order is late."), ORDER_SEEN,
        agent("I'm sorry. Shall I cancel order #W100?"), user("No, keep it."),
        call("cancel_pending_order", order_id="#W100")], ["none"]),
]  # fmt: skip

OFFICE = [
    Case("a mail as shown", [
        user("Tell Tom I'm late."),
        agent('To: tom@acme.example\nSubject: Running late\nBody: "I will be 20 minutes late."\n\nShould I send this?'),
        user("looks good, send it"),
        call("send_email", to="tom@acme.example", subject="Running late", body="I will be 20 "
            "minutes late.")], ["confirmed"]),
    Case("a mail to another", [
        user("Tell Tom I'm late."),
        agent('To: tom@acme.example\nSubject: Running late\nBody: "I will be 20 minutes late."\n\nShould I send this?'),
        user("looks good, send it"),
        call("send_email", to="all@acme.example", subject="Running late", body="I will be 20 "
            "minutes late.")], ["mismatched"]),
    Case("another hour than was agreed", [
        user("Move my review with Ana."),
        agent("I'd move 'Review with Ana' (evt_2201) to March 4 at 4 pm. OK to proceed?"),
        user("Yes"), call("move_event", event_id="evt_2201", start="2026-03-04T17:00")], ["mismatched"]),
    Case("the hour in another spelling", [
        user("Move my review with Ana."),
        agent("I'd move 'Review with Ana' (evt_2201) to March 4 at 4 pm. OK to proceed?"),
        user("Yes"), call("move_event", event_id="evt_2201", start="2026-03-04T16:00")], ["confirmed"]),
    Case("a yes to looking is no yes to deleting", [
        user("I have too many events on Friday."),
        agent("Shall I look up your events for Friday?"), user("Yes."),
        call("list_events", [{"event_id": "evt_2207", "title": "Dentist"}]), call("delete_event",
        event_id="evt_2207")],
        ["mismatched"]),
    Case("a second thought", [
        user("Please clear the Dentist event, evt_2207."),
        agent("I will delete 'Dentist' (evt_2207). Please confirm."), user("Yes."),
        agent("One moment."), user("Wait, I changed my mind, leave it."), call("delete_event",
        event_id="evt_2207")], ["stale"]),
]  # fmt: skip

CODE = [
    Case("push as asked", [
        user("The tests pass now."), agent("Good. Shall I push the branch fix-login to origin?"), user("yes"),
        call("git_push", remote="origin", branch="fix-login")], ["confirmed"]),
    Case("a push that nobody spoke of", [
        user("Please fix the login."), agent("Done. Shall I run the tests?"), user("yes, run them"),
        call("git_push", remote="origin", branch="main")], ["mismatched"]),
    Case("the same push after an outage", [
        user("ship it when green"), agent("Green. May I push the branch fix-login to origin?"), user("go ahead"),
        call("git_push", "Error: connection timed out", remote="origin", branch="fix-login"),
        call("git_push", remote="origin", branch="fix-login")], ["confirmed", "confirmed"]),
    Case("another branch after a refusal of the server", [
        user("ship it when green"), agent("Green. May I push the branch fix-login to origin?"), user("go ahead"),
        call("git_push", "Error: branch is protected", remote="origin", branch="fix-login"),
        call("git_push", remote="origin", branch="release-2")], ["confirmed", "stale"]),
    Case("the command as shown", [
        user("Free some disk."), agent("I would run `rm -rf build/cache`. OK to run this?"), user("ok"),
        call("run_command", command="rm -rf build/cache")], ["confirmed"]),
]  # fmt: skip

BANK = [
    Case("a transfer as listed", [
        user("I'd like to save some money."), ACCOUNTS_SEEN,
        agent("I will transfer $500 from Everyday to Savings. Do you confirm?"), user("I confirm."),
        call("transfer_money", **TRANSFER)], ["confirmed"]),
    Case("another amount", [
        user("I'd like to save some money."), ACCOUNTS_SEEN,
        agent("I will transfer $500 from Everyday to Savings. Do you confirm?"), user("I confirm."),
        call("transfer_money", **{**TRANSFER, "amount": 550})], ["mismatched"]),
    Case("less money after an error, unasked", [
        user("I'd like to save some money."), ACCOUNTS_SEEN,
        agent("I will transfer $500 from Everyday to Savings. Do you confirm?"), user("I confirm."),
        call("transfer_money", "Error: limit exceeded", **TRANSFER),
        call("transfer_money", text="Let me try a smaller sum.", **{**TRANSFER, "amount": 300})],
        ["confirmed", "stale"]),
    Case("a fee that came up after the yes", [
        user("I'd like to save some money."), ACCOUNTS_SEEN,
        agent("I will transfer $500 from Everyday to Savings. Do you confirm?"), user("I confirm."),
        call("calculate", "512.5", expression="500 * 1.025"), call("transfer_money", **TRANSFER)], ["stale"]),
    Case("a fee announced with the call", [
        user("I'd like to save some money."), ACCOUNTS_SEEN,
        agent("I will transfer $500 from Everyday to Savings. Do you confirm?"), user("I confirm."),
        call("transfer_money", text="There is a fee of $12. I'll proceed with $512 in all.", **TRANSFER)],
        ["stale"]),
    Case("a yes that waits for an answer", [
        user("Transfer $500 from Everyday to Savings."), ACCOUNTS_SEEN,
        agent("I will transfer $500 from Everyday to Savings. Do you confirm?"),
        user("Yes, but I need to know the fee first."), call("transfer_money", **TRANSFER)], ["requested"]),
    Case("what follows from stated prices", [
        user("Send 3 gifts to Savings."), ACCOUNTS_SEEN,
        agent("Each gift is $20, so I would transfer $20 for each of the 3 gifts from Everyday to "
            "Savings. Go ahead?"),
        agent("Shall I proceed?"), user("Yes."), call("transfer_money", **{**TRANSFER, "amount": 60})],
        ["confirmed"]),
    Case("a sum reckoned from what was told is no news", [
        user("I'd like to save some money."), ACCOUNTS_SEEN,
        agent("I will transfer $500 from Everyday to Savings, $250 for each of 2 months. Do you confirm?"),
        user("I confirm."), call("calculate", "500", expression="250 * 2"), call("transfer_money", **TRANSFER)],
        ["confirmed"]),
    Case("an answer in another script", [
        user("Savings, please."), ACCOUNTS_SEEN,
        agent("I will transfer $500 from Everyday to Savings. Do you confirm?"), user("はい"),
        call("transfer_money", **TRANSFER)], ["unknown"]),
    Case("an account that no record describes", [
        user("Pay my rent."), agent("I'll transfer $500 to the account ending in 9034. Shall I "
            "proceed?"), user("Yes."),
        call("transfer_money", to_account="account_7718", amount=500)], ["unknown"]),
    Case("asked for in full, put to nobody", [
        user("Transfer $500 from Everyday to Savings."), ACCOUNTS_SEEN, call("transfer_money", **TRANSFER)],
        ["requested"]),
    Case("no word of the user", [agent("Good morning."), call("transfer_money", **TRANSFER)], ["unknown"]),
]  # fmt: skip


@pytest.mark.parametrize("case", [*SHOP, *OFFICE, *CODE, *BANK], ids=lambda case: case.name)
def test_class(case: Case, tmp_path: Path) -> None:
    found = judged(case.talk, tmp_path)
    assert [one.cls for one in found] == case.classes, [plain(one.says) for one in found]


def test_evidence_is_quoted_and_tabled(tmp_path: Path) -> None:
    asked = "I will transfer $500 from Everyday to Savings. Do you confirm?"
    talk = [user("I'd like to save."), ACCOUNTS_SEEN, agent(asked), user("I confirm."),
            call("transfer_money", **{**TRANSFER, "amount": 550})]  # fmt: skip
    (found,) = judged(talk, tmp_path)
    assert found.proposal is not None and found.proposal.text == asked
    assert found.answer is not None and found.answer.text == "I confirm."
    assert {(m.name, m.status) for m in found.arguments} == {
        ("from_account", "agreed"), ("to_account", "agreed"), ("amount", "changed")}  # fmt: skip
    amount = next(m for m in found.arguments if m.name == "amount")
    assert (amount.done, amount.found, amount.material) == (550, "500", True)
    assert {found.proposal.entry, found.answer.entry} <= set(found.evidence)


@pytest.mark.parametrize("words", ["Beds: none", "No spare beds", "Without any beds", "You don't need beds"])
def test_none_of_a_noun_is_zero_and_the_nearest_word_on_it_counts(words: str, tmp_path: Path) -> None:
    talk = [user("A room please."), agent("Your last stay had beds: 1. Shall I book room R-2210 alike?"),
            user("Not quite."), agent(f"Room R-2210.\n{words}\nShall I book it?"), user("Yes."),
            call("create_booking", room="R-2210", total_beds=0)]  # fmt: skip
    (found,) = judged(talk, tmp_path)
    beds = next(m for m in found.arguments if m.name == "total_beds")
    assert (found.cls, beds.status) == ("confirmed", "agreed")


def test_none_of_a_noun_is_told_against_a_call_that_has_some(tmp_path: Path) -> None:
    talk = [user("A room please."), agent("Room R-2210, no beds. Shall I book it?"), user("Yes."),
            call("create_booking", room="R-2210", total_beds=2)]  # fmt: skip
    (found,) = judged(talk, tmp_path)
    beds = next(m for m in found.arguments if m.name == "total_beds")
    assert (found.cls, beds.status, beds.found) == ("mismatched", "changed", "no beds")


@pytest.mark.parametrize("price", ["$2", "2 dollars", "$250"])
def test_money_is_never_held_against_a_count(price: str, tmp_path: Path) -> None:
    talk = [user("A room please."), agent(f"Room R-2210, beds cost {price}. Shall I book it?"), user("Yes."),
            call("create_booking", room="R-2210", paid_beds=2)]  # fmt: skip
    (found,) = judged(talk, tmp_path)
    beds = next(m for m in found.arguments if m.name == "paid_beds")
    assert (found.cls, beds.status, beds.found) == ("mismatched", "not mentioned", "")


def test_the_answer_that_holds_the_yes_is_quoted_not_the_wish_before_it(tmp_path: Path) -> None:
    talk = [user("Close acc_4410 and acc_4420."), ACCOUNTS_SEEN,
            agent("acc_4410 cannot be closed yet. Would you like me to close acc_4420?"),
            user("I'd like to rename acc_4410 first, then close it."),
            agent("These are the steps:\n1. Rename acc_4410\n2. Close acc_4410\n\nShall I do these?"),
            user("Yes. Use the new name for the rename."),
            call("close_account", account_id="acc_4410")]  # fmt: skip
    (found,) = judged(talk, tmp_path)
    assert found.cls == "confirmed" and found.proposal is not None and found.answer is not None
    assert found.proposal.text.startswith("These are") and found.answer.text.startswith("Yes.")


def test_an_answer_without_a_yes_confirms_nothing(tmp_path: Path) -> None:
    talk = [agent("Would you like me to close acc_4420?"), user("I'd like to close acc_4420."),
            call("close_account", account_id="acc_4420")]  # fmt: skip
    (found,) = judged(talk, tmp_path)
    assert found.cls == "requested"


def test_the_part_that_was_agreed_to_heads_the_table(tmp_path: Path) -> None:
    asked = "I will:\n\n1. **Cancel only the Desk Lamp of order #W100**\n\nShall I go ahead?"
    talk = [user("Please cancel the lamp."), ORDER_SEEN, agent(asked), user("Yes."),
            call("cancel_order", order_id="#W100")]  # fmt: skip
    (found,) = judged(talk, tmp_path)
    scope = found.arguments[0]
    assert (found.cls, scope.name, scope.status, scope.material) == ("mismatched", "(scope)", "changed", True)
    assert found.proposal is not None and scope.entry == found.proposal.entry
    assert scope.found == "Cancel only the Desk Lamp of order #W100"


def test_events_between_are_told_even_where_they_end_nothing(tmp_path: Path) -> None:
    talk = [agent("May I push the branch fix-login to origin?"), user("go ahead"),
            call("git_push", "Error: timed out", remote="origin", branch="fix-login"),
            call("git_push", remote="origin", branch="fix-login")]  # fmt: skip
    again = judged(talk, tmp_path)[1]
    assert [(e.kind, e.ends) for e in again.between] == [("error", False)]


def test_only_what_a_rule_wants_confirmed_is_judged(tmp_path: Path) -> None:
    assert judged([user("hi"), call("get_order", ORDER, order_id="#W100")], tmp_path) == []


def test_one_who_may_not_agree_is_not_heard(tmp_path: Path) -> None:
    policy = POLICY.replace('by = ["user"]', 'by = ["supervisor"]')
    talk = [agent("May I push fix-login?"), user("yes"), call("git_push", branch="fix-login")]
    (found,) = judged(talk, tmp_path, policy)
    assert found.cls == "unknown" and "supervisor" in plain(found.says)


def test_arguments_that_were_not_recorded_are_unknown(tmp_path: Path) -> None:
    broken = {"role": "assistant", "tool_calls": [{"function": {"name": "git_push", "arguments": "{"}}]}
    (found,) = judged([agent("May I push?"), user("yes"), broken], tmp_path)
    assert found.cls == "unknown"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(st.text(max_size=80), min_size=2, max_size=4),
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=6,
    ),
)
def test_any_text_gets_one_class_and_the_same_twice(said: list[str], value: Any, tmp_path: Path) -> None:
    talk = [agent(said[0]), user(said[1]), call("get_x", value, x=value), *(user(s) for s in said[2:]),
            call("send_x", value, x=value)]  # fmt: skip
    first, second = judged(talk, tmp_path), judged(talk, tmp_path)
    assert len(first) == 1 and repr(first) == repr(second)


def test_bench_scores_what_is_not_covered(tmp_path: Path) -> None:
    yes = [
        user("hi"),
        agent("May I push the branch fix-login?"),
        user("yes"),
        *call("git_push", branch="fix-login"),
    ]
    no = [
        user("push fix-login"),
        *call("git_push", branch="fix-login"),
        *call("get_order", ORDER, order_id="#W100"),
    ]
    (tmp_path / "trace.json").write_text(
        json.dumps([{"task_id": 1, "traj": yes}, {"task_id": 2, "traj": no}])
    )
    (tmp_path / "policy.toml").write_text(POLICY)
    labels = [{"session": 0, "task_id": 1, "message_index": 3, "label": "confirmed",
               "proposal_index": 1, "confirmation_index": 0},
              {"session": 1, "task_id": 2, "message_index": 1, "label": "requested"},
              {"session": 1, "task_id": 2, "message_index": 3, "label": "none"},
              {"session": 1, "task_id": 2, "message_index": 1, "label": "disputed"}]  # fmt: skip
    (tmp_path / "labels.jsonl").write_text("\n".join(json.dumps(label) for label in labels))
    out = bench.main([str(tmp_path / name) for name in ("labels.jsonl", "trace.json", "policy.toml")])
    assert "precision 1.000  recall 1.000  F1 1.000  (n 2, not covered 1)" in out
    assert "left out  1 that the policy does not govern" in out
    assert "proposal 1 of 1 as labelled  answer 0 of 1 as labelled" in out
