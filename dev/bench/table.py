"""The figures as a table for people."""

_WORDS = {True: "yes", False: "NO", None: "-"}


def shown(machine, results, problems):
    lines = [f"{machine['processor']}, {machine['cores']} cores, {machine['threads']} threads each, "
             f"{machine['memory_mib'] // 1024} GiB; {machine['custodes'] or 'no custodes'}; {', '.join(machine['rivals'])}",
             "seconds of wall time / of processor time / peak MiB resident of the process tree; medians, memory the most",
             "ratio: Custodes to the faster rival by wall time; started: the rival's Python start left out; cpu: by processor time", ""]
    heads = ("searches", "format", "form", "custodes", "duckdb", "polars", "ratio", "started", "cpu", "aim", "met", "< 2 GiB", "equal")
    rows = [heads]
    for result in results:
        own = [_figures(result["contenders"][name]) for name in ("custodes", "duckdb", "polars")]
        rows.append((f"{result['searches']:,}", result["format"], result["form"], *own, _ratio(result["ratio"]),
                     _ratio(result["ratio_once_started"]), _ratio(result["ratio_cpu"]), f"{result['aim']:.1f}", _WORDS[result["met"]],
                     _WORDS[result["memory_met"]], "NO" if result["problems"] else "yes"))
    widths = [max(len(row[n]) for row in rows) for n in range(len(heads))]
    for row in rows:
        lines.append("  ".join(cell.rjust(w) if n > 2 else cell.ljust(w) for n, (cell, w) in enumerate(zip(row, widths))).rstrip())
    apart = max((r["set_apart"] for r in results), default=0)
    if apart:
        lines += ["", f"trusting: compared without up to {apart} searches that have a masked or missing required cell, "
                      "about which a trusting reader errs by design"]
    if problems:
        lines += ["", "Problems"] + [f"- {problem}" for problem in problems]
    return "\n".join(lines)


def _figures(figures):
    if not figures:
        return "-"
    return f"{figures['wall']:.2f} / {figures['cpu']:.2f} / {figures['resident_mib']:.0f}"


def _ratio(value):
    return "-" if value is None else f"{value:.2f}"
