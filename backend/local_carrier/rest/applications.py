"""Application: a TwiML App, the place where browser phones' calls (or a number's) are sent."""

from backend.local_carrier.accounts import Application
from backend.local_carrier.rest.asking import (
    PAGING,
    Asked,
    Form,
    Json,
    Route,
    Told,
    dated,
    not_found,
    page,
)
from backend.local_carrier.rest.voice_settings import FIELDS, keep_settings, settings_body
from backend.local_carrier.sids import new_sid
from backend.local_carrier.webhooks.parameters import API_VERSION

FORM = (*FIELDS, "SmsStatusCallback", "MessageStatusCallback", "PublicApplicationConnectEnabled")


def create(asked: Asked) -> Told:
    now = asked.exchange.clock.now()
    application = Application(sid=new_sid("AP"), created_at=now, updated_at=now)
    _keep(application, asked.form)
    asked.account.applications[application.sid] = application
    asked.exchange.accounts.save()
    return Told(_body(asked, application), 201)


def list_all(asked: Asked) -> Told:
    wanted = asked.query.text("FriendlyName")
    found = [
        _body(asked, application)
        for application in asked.account.applications.values()
        if not wanted or application.friendly_name == wanted
    ]
    return page(asked, "applications", "Applications.json", found)


def fetch(asked: Asked) -> Told:
    return Told(_body(asked, _found(asked)))


def update(asked: Asked) -> Told:
    application = _found(asked)
    _keep(application, asked.form)
    application.updated_at = asked.exchange.clock.now()
    asked.exchange.accounts.save()
    return Told(_body(asked, application))


def delete(asked: Asked) -> Told:
    del asked.account.applications[_found(asked).sid]
    asked.exchange.accounts.save()
    return Told(None, 204)


def _found(asked: Asked) -> Application:
    application = asked.account.applications.get(asked.names["Sid"])
    if application is None:
        raise not_found(asked.path)
    return application


def _keep(application: Application, form: Form) -> None:
    status, message = form.url("SmsStatusCallback"), form.url("MessageStatusCallback")
    keep_settings(application, form)
    if "FriendlyName" in form:
        application.friendly_name = form.text("FriendlyName")
    if "SmsStatusCallback" in form:
        application.sms_status_callback = status
    if "MessageStatusCallback" in form:
        application.message_status_callback = message
    if "PublicApplicationConnectEnabled" in form:
        application.public_application_connect_enabled = form.flag(
            "PublicApplicationConnectEnabled"
        )


def _body(asked: Asked, application: Application) -> Json:
    return {
        "sid": application.sid,
        "account_sid": asked.account.sid,
        "api_version": API_VERSION,
        "friendly_name": application.friendly_name,
        "sms_status_callback": application.sms_status_callback,
        "message_status_callback": application.message_status_callback,
        "public_application_connect_enabled": application.public_application_connect_enabled,
        "uri": f"{asked.uri('Applications', application.sid)}.json",
        **settings_body(application),
        **dated(application),
    }


ROUTES = (
    Route("POST", "Applications", create, FORM),
    Route("GET", "Applications", list_all, ("FriendlyName", *PAGING)),
    Route("GET", "Applications/{Sid}", fetch),
    Route("POST", "Applications/{Sid}", update, FORM),
    Route("DELETE", "Applications/{Sid}", delete),
)
