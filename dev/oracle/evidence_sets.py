"""The evidence sets, column by column, as the specification lists them. Only a declaration.

A column is `name kind flags`: flag k = key (and required), r = required, d = deciding time.
"""

KINDS = ("static", "moveable", "multi_lane", "cctv_integrated", "mobile", "covert")
_KIND = "|".join(KINDS)
_SYSTEM = "nas|nsap"

_DECLARED = f"""
cameras: camera_id id k, kind {_KIND} r, name text, latitude latitude, longitude longitude, installed_on date r, decommissioned_on date
clock_checks: camera_id id k, checked_at instant kd, offset_seconds number r, reference text, maintenance text
location_checks: camera_id id k, checked_at instant kd, latitude latitude r, longitude longitude r, method text, maintenance text
deployments: camera_id id k, deployed_on date kd, need_assessed_on date, need_reference text, approved_by text
performance_tests: camera_id id k, tested_at instant kd, kind installation|monitoring|evaluation r, observed count r, captured count r, read_correctly count r
covert_authorisations: authorisation_id id k, act ripa|ripsa r, reference text, authorised_on date rd, expires_on date, ended_on date
holdings: system_id id k, snapshot_at instant kd, scope national|local r, oldest_record_at instant, records_beyond_limit count, preserved count
onward_transfers: transfer_id id k, system_id id r, transferred_at instant rd, destination text, authority text
mobile_transfers: transfer_id id k, camera_id id r, collected_until instant rd, transferred_at instant, captured count, transferred count
failures: failure_id id k, camera_id id, component text, failed_at instant rd, restored_at instant
voi_lists: list_id id k, revision int k, revised_at instant rd, deleted_at instant
mobile_lists: device_id id k, list_id id k, observed_at instant kd, revision int r
policies: policy_id id k, title text, approved_on date rd, review_by date
appointments: role senior_manager|local_auditor|national_auditor|lead_controller k, person_id id k, from_date date kd, to_date date
accounts: person_id id, user_id id k, system {_SYSTEM} k, permission user|administrator|super_administrator|auditor|provider k, authorised_at instant kd, authorised_by id, last_access_at instant, closed_at instant, left_at instant
privilege_changes: change_id id k, user_id id r, changed_at instant rd, from_permission text, to_permission text, authorised_by id
logons: event_id id k, user_id id r, at instant rd, outcome success|failure r, source text
auditors: person_id id k, user_ids text, clearance text, clearance_expires_on date
reports: report_id id k, user_id id r, system {_SYSTEM}, produced_at instant rd, marking text
searches: search_id id k, system {_SYSTEM} r, user_id id r, searched_at instant rd, data_from instant r, data_to instant r, target text, purpose text, reason text, justification text, reference text, authorised_by id, authorised_rank text, authorised_at instant, preserved_case id, results count
preserved_cases: case_id id k, investigation id r
retentions: retention_id id k, system_id id r, retained_since instant rd, reason text, approved_by text, review_by date, ended_on date
disclosures: disclosure_id id k, disclosed_at instant d, discloser text, recipient text, justification text, basis cpia|scottish|other r
read_changes: change_id id k, read_id id r, changed_at instant rd, changed_by id r, field vrm|time|location|other r, old_value text, new_value text, reason text
privileged_accesses: access_id id k, user_id id r, class system_provider|national_administrator|local_auditor r, at instant rd, purpose text, reference text
super_admin_sessions: session_id id k, user_id id r, enabled_at instant rd, disabled_at instant
reviews: review_id id k, clause text r, subject id r, reviewed_at instant rd, reviewer_id id r, outcome satisfactory|unsatisfactory r, audit_id id, population count, examined count, window_from date, window_to date, rationale text, maintenance text, disposed_on date
audits: audit_id id k, clause text r, completed_at instant rd, findings text, extent text, action text, disposed_on date
noncompliances: noncompliance_id id k, clause text r, identified_on date rd, reported_on date, report_reference text
"""

_ENDINGS = {
    "closed_at", "left_at", "decommissioned_on", "deleted_at", "restored_at", "disabled_at",
    "ended_on", "reported_on", "disposed_on", "to_date",
}


class Column:
    def __init__(self, set_name, declared):
        name, kind, *flags = declared.split()
        flags = flags[0] if flags else ""
        self.name = name
        self.values = tuple(kind.split("|")) if "|" in kind else None
        self.kind = "enum" if self.values else kind
        self.key = "k" in flags
        self.required = "k" in flags or "r" in flags
        self.deciding = "d" in flags
        # A later ending has not happened yet and reads as blank.
        self.ending = name in _ENDINGS or (set_name, name) == ("mobile_transfers", "transferred_at")
        self.date_means_end_of_day = (set_name, name) == ("accounts", "left_at")
        self.star_is_a_value = (set_name, name) == ("reviews", "subject")


def _read():
    sets = {}
    for line in _DECLARED.strip().splitlines():
        name, columns = line.split(": ", 1)
        sets[name] = [Column(name, c) for c in columns.split(", ")]
    return sets


SETS = _read()
