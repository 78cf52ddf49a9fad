"""The supervisors' pages: live figures, history and staffing; the same views serve notebooks."""
