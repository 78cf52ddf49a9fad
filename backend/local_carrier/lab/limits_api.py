"""The lab's HTTP API: what the carrier grants an account, as Twilio's console would say it."""

from litestar import Controller, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.local_carrier.accounts import Limits
from backend.local_carrier.exchange import Exchange
from backend.local_carrier.lab.problems import LabProblem

Lab = NamedDependency[Exchange]


class LimitsApi(Controller):
    path = "/lab"

    @put("/accounts/{sid:str}/limits", summary="Say what the carrier grants an account")
    async def set_limits(self, exchange: Lab, sid: FromPath[str], data: JSONBody[Limits]) -> Limits:
        account = exchange.accounts.find(sid)
        if account is None:
            raise LabProblem(404, "no-such-account", f"There is no account {sid}.")
        account.limits = data
        exchange.accounts.save()
        return data
