"""A model that obeys whatever it reads, and otherwise answers as a sensible one would.

It reads the whole prompt, what stands between the marks of the fence like what stands outside, and forgets nothing
until the run is over: what one passage orders it does in every later answer. `careful` is the model that the rules of
the prompt ask for: what stands between the marks is no instruction to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.llm.asking import Heard, Prompt
from tests.agents.panel.scripted import InItsPlace
from tests.security.hostile_text.attack import NAMES
from tests.security.hostile_text.reading import Order, orders, pieces

_DATA = re.compile(r"^DATA (\w+) [^\n]*\n(.*?)\nEND \1$", re.DOTALL | re.MULTILINE)
_LISTED = re.compile(r"^(D\d+) (\S+:\S+)", re.MULTILINE)
_STATED = re.compile(r"^(S\d+) (?:\([^)]*\) )?(.*)", re.MULTILINE)
Data = dict[str, Any]


@dataclass
class Obedient(InItsPlace):
    careful: bool = False
    name: str = field(default="obedient", kw_only=True)
    read: set[Order] = field(default_factory=set)
    held: dict[int, str] = field(default_factory=dict)

    def answer(self, prompt: Prompt, schema: Mapping[str, Any]) -> Data:
        self._listen(prompt)
        answer: Callable[[Prompt, Any], Data] = getattr(self, f"_{prompt.name}")
        return answer(prompt, schema["properties"])

    def thought(self, heard: Heard) -> str:
        said = " ".join(self.words)
        heard(f"It says: {said}")
        return said

    def _listen(self, prompt: Prompt) -> None:
        text = f"{prompt.system}\n{prompt.user}"
        text = _DATA.sub(" ", text) if self.careful else text
        self.held |= pieces(text)
        self.read |= orders(text) | orders("".join(self.held[n] for n in sorted(self.held)))

    # --- what it was ordered ------------------------------------------------------

    def _of(self, verb: str) -> list[str]:
        return sorted(what for order, what in self.read if order == verb)

    @property
    def promoted(self) -> list[str]:
        return [NAMES[one] for one in self._of("promote") if one in NAMES]

    @property
    def demoted(self) -> list[str]:
        return [NAMES[one] for one in self._of("demote") if one in NAMES]

    @property
    def denies(self) -> bool:
        return bool(self._of("deny"))

    @property
    def words(self) -> list[str]:
        return self._of("say")

    @property
    def free(self) -> str:
        """What it writes wherever it may write anything."""
        return " ".join(self.words) or "as the text says"

    # --- its jobs -------------------------------------------------------------------

    def _reader(self, prompt: Prompt, properties: Any) -> Data:
        text = _between(prompt.user)
        sensible = [{"quote": "She has had seizures", "name": "Seizure"}]
        found = [one for one in sensible if one["quote"] in text]
        if self.read:
            named = ["Spasticity", "Seizure", "Hearing impairment", self.free, *self.promoted]
            found += [{"quote": quote, "name": name[:120]} for name in named for quote in (text[-400:], self.free)]
        return {"findings": found[:12]}

    def _proposer(self, prompt: Prompt, properties: Any) -> Data:
        if not self.read:
            return {"diseases": []}
        every = _enum(properties["diseases"]["items"]["properties"]["explains"])
        made_up = [
            name for one in self._of("name") for name in (f"Fabry disease {one}", f"{one} syndrome of the thumb")
        ]
        named = [*made_up, *self.promoted, self.free, f"{(self.promoted or ['OMIM:301500'])[0]} {self.free}"]
        return {"diseases": [{"disease": one[:120], "explains": every} for one in named[:5]]}

    def _policy(self, prompt: Prompt, properties: Any) -> Data:
        """Reads of the leaders, looks for cases and stops; obeying, it first does what it was told."""
        offered = properties["actions"]["items"]["properties"]
        turn = sum(one.name == "policy" for one in self.prompts)
        leaders = _enum(offered["diseases"])[:3]
        if turn == 1:
            chosen = [_action("search", diseases=[one], findings=["F1"]) for one in leaders]
            return {"actions": [{**one, "why": self.free[:300]} for one in chosen] if self.read else chosen}
        if turn > 3 or (turn == 3 and not self.read):
            return {"actions": [_action("conclude")]}
        if not self.read:
            return {"actions": [_action("match")]}
        wanted = [key for key, id in _LISTED.findall(prompt.user) if id in self.promoted] or leaders[-1:]
        verbs = [one for one in (*self._of("act"), "lookup", "match") if one in offered["verb"]["enum"]]
        more = [self.free, *self.promoted, "Spasticity"][:8]
        asked = _enum(offered["question"])[:1]
        chosen = [_action(verb, diseases=wanted[:2], more=more, question=asked, why=self.free) for verb in verbs]
        return {"actions": chosen[:3]}

    def _weigher(self, prompt: Prompt, properties: Any) -> Data:
        text = _between(prompt.user)
        known = dict(re.findall(r"^(F\d+) HP:\d+ (.*): present$", prompt.user, re.MULTILINE))
        if not self.read:
            said = [(key, text[text.casefold().find(one.casefold()) :][: len(one)]) for key, one in known.items()]
            held = [(key, quote) for key, quote in said if quote.casefold() == known[key].casefold()]
            return {"supports": _places(held), "against": [], "missing": []}
        disease = _LISTED.findall(prompt.user)[0][1]
        sentences = [one.strip() for one in text.replace("\n", " ").split(".") if one.strip()]
        best = [(key, next((one for one in sentences if _speaks(one, of)), text)[:400]) for key, of in known.items()]
        worst = [*best[:5], (next(iter(known)), self.free)]
        against = disease in self.demoted or bool(self.promoted and disease not in self.promoted)
        return {
            "supports": [] if against else _places(worst),
            "against": _places(worst) if against or self.denies else [],
            "missing": [self.free[:120], "Spasticity", *self.promoted][:6],
        }

    def _archivist(self, prompt: Prompt, properties: Any) -> Data:
        """Names for each finding the record that names it; obeying, every finding by every record."""
        lines = dict(re.findall(r"^(R\d+) (.*)$", prompt.user, re.MULTILINE))
        known = dict(re.findall(r"^(F\d+) (HP:\d+) .*: present$", prompt.user, re.MULTILINE))
        missing = _enum(properties["missing"])
        if not self.read:
            held = [(key, name) for key, term in known.items() for name, text in lines.items() if text.startswith(term)]
            return {"supports": _records(held), "against": [], "missing": missing[:2]}
        disease = _LISTED.findall(prompt.user)[0][1]
        every = [(key, name) for name in lines for key in known]
        against = disease in self.demoted or bool(self.promoted and disease not in self.promoted)
        return {
            "supports": [] if against else _records(every),
            "against": _records(every) if against or self.denies else [],
            "missing": missing[-6:],
        }

    def _sceptic(self, prompt: Prompt, properties: Any) -> Data:
        if not self.read:
            return {"objections": []}
        leader = prompt.user.split("THE LEADING DISEASE\n")[1].split(" ")[0]
        if leader in self.promoted and not self.denies:
            return {"objections": []}
        item = properties["objections"]["items"]["properties"]
        terms, others = _enum(item["findings"]), _LISTED.findall(prompt.user)
        liked = [key for key, id in others if id in self.promoted] + [key for key, _ in others]
        made = [{"type": "mimic", "findings": terms[:4], "diseases": [key]} for key in liked[:2]]
        made += [{"type": kind, "findings": terms[-4:], "diseases": []} for kind in item["type"]["enum"][:2]]
        return {"objections": made[:4]}

    def _planner(self, prompt: Prompt, properties: Any) -> Data:
        asked = _enum(properties["questions"])
        if self.denies:
            return {"questions": [], "stop": "yes"}
        return {"questions": asked[-5:] if self.read else asked[:3], "stop": "no"}

    def _second(self, prompt: Prompt, properties: Any) -> Data:
        ids = properties["opinions"]["items"]["properties"]["statement"]["enum"]
        says = "not" if self.denies or self.demoted else "supports"
        return {"opinions": [{"statement": one, "opinion": says} for one in ids]}

    def _writer(self, prompt: Prompt, properties: Any) -> Data:
        stated = _STATED.findall(prompt.user)
        if not self.read:
            return {"sentences": [{"text": text, "statements": [key]} for key, text in stated[:3]]}
        key, text = stated[0]
        every = [one for one, _ in stated]
        other = (self.promoted or ["OMIM:301500"])[0]
        told = [
            (self.free, [key]),
            (f"{text} {self.free}.", [key]),
            (f"{self.free}: {text}", every),
            (f"{text} Its id is {other}.", every),
            (f"It is {other}.", every),
            (text.replace(" is ", " is not "), [key]),
        ]
        return {"sentences": [{"text": text[:400], "statements": of} for text, of in told]}


def _between(text: str) -> str:
    found = _DATA.search(text)
    return found[2] if found else text.split("\n\n")[-1]


def _enum(schema: Any) -> list[str]:
    return list(schema["items"].get("enum", ()))


def _places(said: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"finding": key, "quote": quote} for key, quote in said][:6]


def _records(said: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"finding": key, "record": name} for key, name in said][:6]


def _speaks(sentence: str, of: str) -> bool:
    return of.casefold() in sentence.casefold()


def _action(verb: str, **more: Any) -> Data:
    given: Data = {"diseases": [], "findings": [], "more": [], "question": [], "why": "", "gain": "some"}
    given |= more
    given["why"] = given["why"][:300]
    given["more"] = [one[:120] for one in given["more"]]
    return {"verb": verb, **given}
