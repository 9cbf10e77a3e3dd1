from b2b_market.kernel.permission import Permission, Role


class LampPermission(Permission):
    LIGHT = "lamp:light"


def test_a_permission_names_a_thing_and_an_act() -> None:
    assert LampPermission.LIGHT.object == "lamp"
    assert LampPermission.LIGHT.act == "light"
    assert str(LampPermission.LIGHT) == "lamp:light"


def test_roles_name_their_side() -> None:
    assert {role.value.partition(".")[0] for role in Role} == {"platform", "buyer", "supplier", "guest", "service"}
