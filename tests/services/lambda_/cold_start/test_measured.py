"""Measured cold starts: where they come from, and that a missing one stays missing."""

import pytest

from capplan.quantities.distribution import mean, quantile
from capplan.services.lambda_.cold_start import measured


def test_a_configuration_is_read_as_it_was_measured() -> None:
    init = measured.init("python3.13", "zip", "x86_64", 512)
    assert init is not None
    assert (init.memory_mb, init.samples > 500) == (512, True)
    assert init.p50_ms < init.p90_ms < init.p99_ms < init.max_ms
    assert measured.period() == "2026-06-23 to 2026-08-22"


def test_the_nearest_memory_size_counts() -> None:
    sizes = [measured.init("java21", "zip", "arm64", mb) for mb in (128, 300, 1769, 10_240)]
    assert [size.memory_mb for size in sizes if size] == [128, 256, 1024, 1024]


@pytest.mark.parametrize("args", [("cobol", "zip", "x86_64"), ("python3.13", "floppy", "x86_64")])
def test_what_nobody_measured_is_unknown(args: tuple[str, str, str]) -> None:
    assert measured.init(*args, 128) is None
    assert measured.restore("python3.13", 512) is None


def test_the_law_of_a_row_is_near_its_mean() -> None:
    rows = [row for row in measured.rows("init") if row.package == "zip"]
    assert len(measured.rows("init")) == 620
    for row in rows:
        law = row.distribution
        assert quantile(law, 0.5) == pytest.approx(row.p50_ms)
        assert float(mean(law)) == pytest.approx(row.mean_ms, rel=0.25)


def test_the_sdk_is_most_of_a_small_pythons_init() -> None:
    bare, loaded = measured.init("python3.13", "zip", "x86_64", 512), measured.with_sdk("python3.13", "x86_64", 512)
    assert bare is not None
    assert loaded is not None
    assert loaded.init_ms > 4 * bare.p50_ms
    assert measured.with_sdk("nodejs22.x", "arm64", 512) is not None
    assert measured.with_sdk("java21", "arm64", 512) is None
