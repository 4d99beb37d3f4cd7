//! Every route, probed without and with wrong rights: nothing answers that should
//! not (K7).

use crate::region::on_both;

#[test]
fn no_route_answers_without_its_right() {
    on_both(|region| {
        let routes = region.node.routes();
        assert!(routes.len() > 20, "the routes are listed");
        for route in routes {
            let path = route
                .path
                .replace("{type}", "Observation")
                .replace("{person}", "p0")
                .replace("{id}", "x")
                .replace(['{', '}'], "");
            let bare = region.ask("", route.method.as_str(), &path, "");
            if route.right == kernel::right::PUBLIC {
                assert!(
                    bare.status != 401 && bare.status != 403 && bare.status < 500,
                    "{} {path}: {}",
                    route.method,
                    bare.status
                );
                continue;
            }
            let page = !path.starts_with("/v1") && !path.starts_with("/fhir");
            let turned_away = bare.status == 401 || bare.status == 403 || (page && bare.status == 303);
            assert!(turned_away, "{}: {} {path} answers {} to nobody", region.name, route.method, bare.status);
            if route.right == kernel::right::SIGNED_IN {
                continue;
            }
            let policy = region.node.gate.policy();
            for (who, role) in [
                ("doctor", "doctor"),
                ("registrar", "registrar"),
                ("kiosk", "kiosk"),
                ("his", "his"),
                ("admin", "admin"),
            ] {
                let holds = policy.rights(role).unwrap().contains(&route.right.name);
                let answer = region.ask(who, route.method.as_str(), &path, "");
                if holds {
                    assert_ne!(answer.status, 403, "{}: {role} {} {path}: {}", region.name, route.method, answer.text);
                    assert!(answer.status < 500, "{}: {role} {} {path}: {}", region.name, route.method, answer.text);
                } else {
                    assert_eq!(answer.status, 403, "{}: {role} {} {path}", region.name, route.method);
                }
            }
        }
    });
}
