//! A route, the right it asks for and its handler, in one line. There is no way
//! to register a handler without naming a right.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use kernel::Right;

/// One method on one path.
#[derive(Debug, Clone)]
pub struct Route {
    /// GET, POST, PUT or DELETE.
    pub method: Method,
    /// Path with `{name}` parameters.
    pub path: &'static str,
    /// What the caller must hold; checked before the handler runs.
    pub right: Right,
    /// The handler.
    pub handler: MethodRouter,
}

impl Route {
    fn new<H, T, S>(
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        right: Right,
        handler: H,
        state: &S,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Self { method, path, right, handler: on(filter, handler).with_state(state.clone()) }
    }

    /// A reading route.
    pub fn get<H, T, S>(path: &'static str, right: Right, handler: H, state: &S) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Self::new(Method::GET, MethodFilter::GET, path, right, handler, state)
    }

    /// A writing route.
    pub fn post<H, T, S>(path: &'static str, right: Right, handler: H, state: &S) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Self::new(Method::POST, MethodFilter::POST, path, right, handler, state)
    }

    /// A replacing route.
    pub fn put<H, T, S>(path: &'static str, right: Right, handler: H, state: &S) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Self::new(Method::PUT, MethodFilter::PUT, path, right, handler, state)
    }
}
