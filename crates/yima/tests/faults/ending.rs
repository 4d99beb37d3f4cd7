//! Ends and beginnings: SIGTERM drains, a second node on the same data is refused.

use crate::home::{Home, until};
use crate::supply::{bundle, stored};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

#[test]
fn a_request_in_flight_is_answered_before_the_node_ends() {
    let home = Home::empty().init();
    let token = home.token();
    let mut node = home.serve(Vec::new());
    let address = node.base.strip_prefix("http://").unwrap().to_owned();
    let body = bundle("flying");
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let head = format!(
        "POST /fhir HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut said = [0u8; 12];
    stream.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"HTTP/1.1 100", "the handler waits for the body");

    node.signal("TERM");
    until("nobody else is let in", || TcpStream::connect(&address).is_err().then_some(()));
    let (first, second) = body.split_at(body.len() / 2);
    stream.write_all(first.as_bytes()).unwrap();
    stream.write_all(second.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("transaction-response"), "{answer}");
    assert_eq!(node.ended(), 0, "{}", node.err());
    assert_eq!(stored(&home.path("data/yima.sqlite")).get("flying"), Some(&3));
}

#[test]
fn an_idle_connection_does_not_hold_the_node_up() {
    let home = Home::empty().init();
    let mut node = home.serve(Vec::new());
    assert_eq!(node.ask("", "GET", "/livez", "").status, 200);
    let _silent = TcpStream::connect(node.base.strip_prefix("http://").unwrap()).unwrap();
    node.signal("INT");
    assert_eq!(node.ended(), 0, "{}", node.err());
    assert!(!node.err().contains("closing connections that did not finish"), "{}", node.err());
}

#[test]
fn a_second_node_on_the_same_data_is_refused() {
    let home = Home::empty().init();
    let node = home.serve(Vec::new());
    let second = home.yima(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1, "{second:?}");
    assert!(second.err.contains("in use by another yima") && second.err.contains("yima.sqlite"), "{second:?}");
    assert_eq!(node.ask("", "GET", "/readyz", "").status, 200, "the first goes on");
    assert_eq!(node.stop(), 0);
    assert_eq!(home.serve(Vec::new()).stop(), 0, "the lock went with its holder");
}
