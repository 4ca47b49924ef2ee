"""Trying an answer on every device there is, and on fake CUDA tensors where there is no CUDA."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from course_lib.checking import devices
from course_lib.checking.calling import run
from course_lib.checking.calls import Case
from course_lib.checking.comparison import Difference, difference
from course_lib.checking.judging import Trial, rules
from course_lib.checking.respondents import Respondent
from course_lib.checking.rubric import Rubric


@dataclass
class Devices:
    """What an answer did on the devices at hand, case after case."""

    rubric: Rubric
    respondent: Respondent
    tried: int = 0
    told: int = 0  # of these, how many a fake device could tell something about

    def on_each(self, trials: Sequence[Trial]) -> list[Trial]:
        """Return the trials; one that agrees here, but would not on a device, has that as its difference."""
        return [trial if trial.difference or trial.expected.failure else self._on_each(trial) for trial in trials]

    def _on_each(self, trial: Trial) -> Trial:
        call = trial.case.make()
        if not self.rubric.devices or not devices.holds_tensors([*call.args, *call.kwargs.values()]):
            return trial
        self.tried += 1
        for device in devices.present():
            found = self._on_fake_cuda(trial.case) if device == devices.FAKE else self._on(device, trial.case)
            if found:
                return replace(trial, difference=Difference("device", found, "", "a result on the device of the input"))
        return trial

    def notes(self) -> tuple[str, ...]:
        """Say where the answer was tried."""
        if not self.tried:
            return ()
        fine = "it would run on a GPU too (tried with fake CUDA tensors)"
        unsure = "whether it would run on a GPU could not be told without one"
        fake = fine if self.told == self.tried else unsure
        others = (fake if device == devices.FAKE else f"checked on {device}" for device in devices.present())
        return ("Checked on the CPU", *others)

    def _on_fake_cuda(self, case: Case) -> str | None:
        theirs = self.respondent.respond_on_fake_cuda(self.rubric, case.make())
        if theirs is None:
            return None
        if not theirs.failure and set(devices.devices_of(theirs.value)) == {"cuda"}:
            self.told += 1  # as it should be, whatever the reference does: that is asked only where something is not
            return None
        ours = devices.run_on_fake_cuda(self.rubric.answer, case.make(), self.rubric.driver)
        if ours is None or ours.failure:
            return None
        self.told += 1
        if theirs.failure:
            return devices.advice(theirs.failure)
        wanted, got = devices.devices_of(ours.value), devices.devices_of(theirs.value)
        if wanted == got:
            return None
        away = next((g for w, g in zip(wanted, got, strict=False) if w != g), "cpu")
        return (
            f"On a GPU the result would be on {away} although the input is on cuda: create new tensors on the "
            "device of the input (`device=x.device`)."
        )

    def _on(self, device: str, case: Case) -> str | None:
        expected = run(self.rubric.answer, devices.move(case.make(), device), self.rubric.driver)
        outcome = self.respondent.respond(self.rubric, [devices.move(case.make(), device)])[0]
        self.told += 1
        if expected.failure:
            return None
        if outcome.failure and devices.is_mix_up(outcome.failure):
            return devices.advice(outcome.failure)
        if outcome.failure:
            return f"On {device} the answer raised {outcome.failure.name}: {outcome.failure.text}"
        found = difference(expected.value, outcome.value, rules(self.rubric))
        return f"On {device}: {found.message}" if found else None
