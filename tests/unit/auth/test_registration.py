"""Who may register, whatever the door says."""

from __future__ import annotations

import pytest

from auth_service.domain.registration import Registration
from common.errors import DomainError


@pytest.mark.parametrize("invited", [False, True])
@pytest.mark.parametrize("by_admin", [False, True])
@pytest.mark.parametrize("mode", list(Registration))
def test_who_may_register(mode: Registration, invited: bool, by_admin: bool) -> None:
    if mode is Registration.OPEN or by_admin or (mode is Registration.INVITED and invited):
        mode.check(invited=invited, by_admin=by_admin)
        return
    with pytest.raises(DomainError) as refused:
        mode.check(invited=invited, by_admin=by_admin)
    assert refused.value.code == "registration_closed"
