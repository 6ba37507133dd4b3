"""Direct preference optimisation of a miniature (arXiv 2305.18290), by trl."""

import copy
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from datasets import Dataset
from tqdm import tqdm
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from trl import DPOConfig, DPOTrainer

from crosspatch.experiments.stages.margins import Preference, margins, preference_loss, preferences_of
from crosspatch.experiments.stages.quiet import known_warnings_ignored
from crosspatch.models.miniature.training import LossPoint, Schedule
from crosspatch.models.randomness import fix_randomness


def tune_on_preferences(
    model: PreTrainedModel,
    preferences: pd.DataFrame,
    tokenizer: PreTrainedTokenizerBase,
    *,
    settings: Mapping[str, Any],
    seed: int,
) -> list[LossPoint]:
    """Tune all weights of `model`, in place, on preference pairs; it is its own reference, and losses are per pair."""
    fix_randomness(seed)
    trained, unseen = (
        preferences_of(preferences[preferences["held_out"] == part], tokenizer) for part in (False, True)
    )
    trainee = copy.deepcopy(model)  # the trainer changes more of a model than its weights
    recorder = _Recorder(
        trainee, unseen, beta=settings["beta"], steps=settings["steps"], padding=tokenizer.pad_token_id
    )
    with TemporaryDirectory() as scratch, known_warnings_ignored():
        trainer = _TokensGiven(
            trainee,
            ref_model=copy.deepcopy(model),
            args=_arguments(settings, seed, scratch),
            train_dataset=Dataset.from_list([_row(pair) for pair in trained]),
            processing_class=tokenizer,
            callbacks=[recorder],
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    model.load_state_dict(trainee.state_dict())
    return recorder.curve


class _TokensGiven(DPOTrainer):
    """Takes pairs that are tokens already, and tells nobody that it runs."""

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:  # noqa: ANN401
        return dataset

    def _send_telemetry(self) -> None:
        return


class _Recorder(TrainerCallback):
    """Keeps the loss curves, and shows the running loss in a progress bar."""

    def __init__(
        self, model: PreTrainedModel, unseen: list[Preference], *, beta: float, steps: int, padding: int
    ) -> None:
        self.model, self.unseen, self.beta, self.padding = model, unseen, beta, padding
        self.reference = margins(model, unseen, padding=padding)
        self.curve = [LossPoint(0, "held_out", preference_loss(self.reference * 0, beta))]
        title = f"tuning {model.config.model_type} on preferences"
        self.progress = tqdm(total=steps, desc=title, unit="step", mininterval=5.0)

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,
        **_: Any,  # noqa: ANN401
    ) -> TrainerControl:
        self.progress.update()
        control.should_log = state.global_step % Schedule.evaluate_every == 0 or state.global_step == state.max_steps
        return control

    def on_log(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        logs: Mapping[str, Any],
        **_: Any,  # noqa: ANN401
    ) -> None:
        if "loss" not in logs:  # the summary at the end
            self.progress.close()
            return
        gained = margins(self.model, self.unseen, padding=self.padding) - self.reference
        self.curve.append(LossPoint(state.global_step, "training", float(logs["loss"])))
        self.curve.append(LossPoint(state.global_step, "held_out", preference_loss(gained, self.beta)))
        self.progress.set_postfix(loss=f"{self.curve[-1].loss:.3f}")


def _row(pair: Preference) -> dict[str, list[int]]:
    return {"prompt_ids": pair.prompt, "chosen_ids": pair.chosen, "rejected_ids": pair.rejected}


def _arguments(settings: Mapping[str, Any], seed: int, scratch: str) -> DPOConfig:
    schedule = Schedule(settings["steps"], settings["batch"], settings["rate"], weight_decay=0.0)
    return DPOConfig(
        output_dir=scratch,
        max_steps=schedule.steps,
        per_device_train_batch_size=schedule.batch,
        learning_rate=schedule.rate,
        lr_scheduler_type="cosine_with_min_lr",
        lr_scheduler_kwargs={"min_lr_rate": schedule.final_share},
        warmup_steps=max(1, round(schedule.warm_up_share * schedule.steps)),
        weight_decay=schedule.weight_decay,
        adam_beta2=0.95,
        max_grad_norm=1.0,
        beta=settings["beta"],
        max_length=None,
        seed=seed,
        use_cpu=True,
        bf16=False,
        activation_checkpointing=False,
        dataloader_drop_last=True,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
