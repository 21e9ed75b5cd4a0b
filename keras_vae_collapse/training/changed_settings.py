"""The settings that make one recipe of another."""


def changed_settings(recipe, other, without=("name", "paper", "summary")):
    """The settings `name=value` with which `other` becomes `recipe`.

    Args:
        recipe, other: of class `Recipe`, or what `to_config` makes of one.
        without: fields that do not matter.
    """
    return [f"{name}={value}" for name, value in changes(recipe, other, without).items()]


def changes(recipe, other, without=("name", "paper", "summary")):
    """`{name: value}` of those settings, as `changed_settings` takes them."""
    then, now = (r if isinstance(r, dict) else r.to_config() for r in (recipe, other))
    return {
        name: value
        for field in then
        if field not in without
        for name, value in _differences(field, then[field], now[field])
    }


def _differences(name, then, now):
    """`(setting, value)` of all that is otherwise."""
    if then == now:
        return []
    if not isinstance(then, dict) or not isinstance(now, dict) or "class" not in now:
        return [(name, then)]
    changed = []
    if then.get("class") != now["class"]:
        changed, now = [(f"{name}.class", then.get("class"))], {}
    for option, value in then.items():
        if option != "class":
            changed += _differences(f"{name}.{option}", value, now.get(option))
    return changed
