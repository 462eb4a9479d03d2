"""The small model: its cache gives the same logits, and its FLOP are counted right."""

import pytest

torch = pytest.importorskip("torch", reason="needs the calibration extra")

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

from calibration.device import device  # noqa: E402
from calibration.model import GPT, Shape  # noqa: E402
from calibration.train import next_token  # noqa: E402


@pytest.fixture(autouse=True)
def cpu():
    return device("cpu")


def test_the_cache_gives_the_logits_of_whole_sequences():
    model = GPT(Shape(3, 64, vocabulary=50, context=20), seed=3)
    torch.nn.init.normal_(model.output)
    tokens = torch.randint(0, 50, (4, 20), generator=torch.Generator().manual_seed(0))
    whole = model(tokens)
    logits, cache = model.extend(tokens[:, :7], None)
    parts = [logits]
    for i in range(7, 20):
        logits, cache = model.extend(tokens[:, i : i + 1], cache)
        parts.append(logits)
    torch.testing.assert_close(torch.cat(parts, 1), whole, rtol=1e-4, atol=1e-5)


def test_a_later_token_changes_no_earlier_logit():
    model = GPT(Shape(2, 32, vocabulary=50, context=10), seed=1)
    torch.nn.init.normal_(model.output)
    tokens = torch.randint(0, 50, (2, 10), generator=torch.Generator().manual_seed(0))
    other = tokens.clone()
    other[:, 6:] = 7
    torch.testing.assert_close(model(tokens)[:, :6], model(other)[:, :6])


@pytest.mark.parametrize("shape", [Shape(2, 24), Shape(4, 80), Shape(3, 192, context=64)], ids=lambda s: s.name)
def test_flop_are_those_that_torch_counts(shape: Shape):
    model, batch = GPT(shape, seed=0), 4
    tokens = torch.randint(0, 256, (batch, shape.context + 1))
    with FlopCounterMode(display=False) as counter:
        next_token(model, tokens).backward()
    # torch does not count the fused attention of a processor: half of the square of the context, forth and back.
    attention = 3 * 4 * shape.blocks * shape.context / 2 * shape.width * batch * shape.context
    assert counter.get_total_flops() + attention == pytest.approx(shape.train_flop(batch * shape.context), rel=1e-6)


def test_parameters_are_those_of_the_blocks():
    shape = Shape(3, 64)
    model = GPT(shape, seed=0)
    assert sum(p.numel() for block in model.blocks for p in block.parameters()) == shape.parameters
    assert shape.with_head - shape.parameters == model.output.numel()


def test_the_first_loss_is_the_alphabets_entropy():
    model = GPT(Shape(2, 24), seed=0)
    tokens = torch.randint(0, 256, (2, 129))
    assert next_token(model, tokens).item() == pytest.approx(torch.tensor(256.0).log().item(), rel=1e-6)


def test_a_seed_names_the_weights():
    one, same, other = (GPT(Shape(2, 24), seed).tokens for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
