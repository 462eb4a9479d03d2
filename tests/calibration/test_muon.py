"""Muon in float32 takes the steps that torch's own takes in bfloat16."""

import pytest

torch = pytest.importorskip("torch", reason="needs the calibration extra")

from calibration.muon import Float32Muon, orthogonal  # noqa: E402

SHAPES = ((16, 16), (16, 16), (64, 16), (16, 64))


def test_it_takes_the_steps_of_torch():
    generator = torch.Generator().manual_seed(0)
    start = [torch.randn(shape, generator=generator) for shape in SHAPES]
    theirs, ours = ([torch.nn.Parameter(x.clone()) for x in start] for _ in range(2))
    optimizers = (
        torch.optim.Muon(theirs, lr=0.02, momentum=0.95, weight_decay=0.0),
        Float32Muon(ours, lr=0.02, momentum=0.95),
    )
    for _ in range(5):
        for one, other in zip(theirs, ours, strict=True):
            one.grad = torch.randn(one.shape, generator=generator)
            other.grad = one.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    for one, other, before in zip(theirs, ours, start, strict=True):
        # bfloat16 keeps eight bits, so that single steps differ by a few hundredths of themselves.
        assert (one - other).norm() < 0.03 * (one - before).norm()


def test_singular_values_come_close_to_one():
    matrices = torch.randn(3, 12, 40, generator=torch.Generator().manual_seed(1))
    values = torch.linalg.svdvals(orthogonal(matrices))
    assert 0.5 < float(values.min()) < float(values.max()) < 1.3
    assert torch.allclose(orthogonal(matrices.mT), orthogonal(matrices).mT, atol=1e-5)
