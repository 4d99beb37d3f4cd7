//! Who may: actors and how they sign in, policy, grants, the trail.
//!
//! A route names a right; the [`gate`] finds out who calls and whether the
//! [`policy`] gives that right. A person's rows open only with a [`Grant`], and
//! each look under it leaves an event that the person can see ([`look`]). This
//! crate never learns what the rows hold: no record, no code, no money.
//!
//! Left for their own issue: OAuth and SMART, break-glass, quotas, hidden
//! categories, the Merkle log over the chained events.

pub mod policy;
pub mod actors;
pub mod tokens;
pub mod gate;
pub mod sign_in;
pub mod password;
pub mod totp;
pub mod passkeys;
pub mod grant;
pub mod look;
pub mod api;
mod ceremony;
mod recent;
mod store;
mod tries;

pub use gate::Gate;
pub use grant::{Basis, Grant};
pub use passkeys::Passkeys;
pub use policy::Policy;
pub use sign_in::SignedIn;

use kernel::{Capability, EventName, Migration, Right};

/// See who looked at one's own data and what is open.
pub const OWN_LOOKS: Right = Right::new("access.own-looks", "See who looked at one's own data.");
/// End a grant on one's own data.
pub const END_OWN_GRANT: Right = Right::new("access.end-own-grant", "End what one's own code opened.");
/// End a grant of one's own institution.
pub const END_GRANT: Right = Right::new("access.end-grant", "End a visit's leave to read.");
/// Open a record by a scan.
pub const OPEN_GRANT: Right =
    Right::new("access.open-grant", "Open a person's record to one's care team by scanning the code.");
/// Enrol actors, give and take tokens.
pub const MANAGE_ACTORS: Right = Right::new("access.manage-actors", "Enrol actors, give and take tokens.");

/// A grant was opened.
pub const GRANTED: EventName =
    EventName { code: 100, name: "access.granted", says: "Leave to read a person's rows was opened.", look: true };
/// A grant was ended early.
pub const ENDED: EventName =
    EventName { code: 101, name: "access.ended", says: "Leave to read was ended before its time.", look: true };
/// A person read their own trail.
pub const LOOKS_READ: EventName =
    EventName { code: 102, name: "access.looks-read", says: "A person read who looked.", look: false };
/// An actor was enrolled.
pub const ENROLLED: EventName =
    EventName { code: 103, name: "access.enrolled", says: "An actor was enrolled.", look: false };
/// A token was given.
pub const TOKEN_GIVEN: EventName =
    EventName { code: 104, name: "access.token-given", says: "A token or session was given.", look: false };
/// A token was taken back.
pub const TOKEN_TAKEN: EventName =
    EventName { code: 105, name: "access.token-taken", says: "A token or session was ended.", look: false };
/// A sign-in failed.
pub const SIGN_IN_FAILED: EventName =
    EventName { code: 106, name: "access.sign-in-failed", says: "Somebody could not sign in.", look: false };
/// A password was set.
pub const PASSWORD_SET: EventName =
    EventName { code: 107, name: "access.password-set", says: "A password was set or changed.", look: false };
/// One-time codes were set up.
pub const TOTP_CONFIRMED: EventName =
    EventName { code: 108, name: "access.totp-confirmed", says: "One-time codes were set up.", look: false };
/// One-time codes were taken away.
pub const TOTP_REMOVED: EventName =
    EventName { code: 109, name: "access.totp-removed", says: "One-time codes were taken away.", look: false };
/// A passkey was added.
pub const PASSKEY_ADDED: EventName =
    EventName { code: 110, name: "access.passkey-added", says: "A passkey was added.", look: false };
/// A passkey was removed.
pub const PASSKEY_REMOVED: EventName =
    EventName { code: 111, name: "access.passkey-removed", says: "A passkey was removed.", look: false };
/// Sessions were ended together.
pub const SESSIONS_ENDED: EventName =
    EventName { code: 112, name: "access.sessions-ended", says: "An actor's sessions were ended.", look: false };
/// An actor was disabled.
pub const DISABLED: EventName =
    EventName { code: 113, name: "access.disabled", says: "An actor may do nothing from here on.", look: false };

kernel::refusals! {
    /// Why access says no, in order of precedence.
    pub enum Refusal {
        /// The token or session is unknown, expired or taken back.
        TokenInvalid = 401 "access.token-invalid",
            "The token or session is unknown, expired or was taken back.", "令牌或登录已失效。",
            "Sign in again, or ask the administrator for a new token.", "请重新登录，或向管理员领取新令牌。";
        /// A page of another site sent this form.
        ForeignForm = 403 "access.foreign-form",
            "This form was sent by a page of another site.", "此表单来自其他网站的页面。",
            "Open the page of Yima itself and try again.", "请在一码通自己的页面上重试。";
        /// The role does not hold the right of this route.
        RightMissing = 403 "access.right-missing",
            "Your role does not hold the right that this needs.", "您的角色没有这项权限。",
            "Ask the administrator of your institution.", "请联系本机构管理员。";
        /// No basis to read this person's rows.
        GrantMissing = 404 "access.grant-missing",
            "Nothing is open for you here.", "没有对您开放的内容。",
            "Ask the person to show the code; a scan opens the record.", "请患者出示码，扫码后才能查看。";
        /// Sign-in failed; the same words for an unknown name and a wrong secret.
        SignInWrong = 401 "access.sign-in-wrong",
            "Name, password or one-time code is wrong.", "用户名、密码或动态码不对。",
            "Try again; after five wrong tries the name rests for fifteen minutes.", "请重试；连错五次后需等十五分钟。";
        /// Too many wrong tries.
        SignInLocked = 429 "access.sign-in-locked",
            "Too many wrong tries for this name.", "此用户名连错次数过多。",
            "Wait fifteen minutes, or ask the administrator.", "请等十五分钟，或联系管理员。";
        /// The login exists already.
        LoginTaken = 409 "access.login-taken",
            "This sign-in name is taken.", "此登录名已被使用。",
            "Choose another.", "请换一个。";
        /// No such role.
        RoleUnknown = 422 "access.role-unknown",
            "There is no such role.", "没有这个角色。",
            "Use a column of the policy table.", "请使用权限表中的角色。";
        /// A secret is too weak.
        PasswordWeak = 422 "access.password-weak",
            "The password is shorter than twelve characters or is the login.", "密码少于十二位，或与登录名相同。",
            "Take a longer one; a sentence is fine.", "请用更长的密码，一句话也可以。";
        /// The passkey ceremony failed or is too old.
        PasskeyFailed = 401 "access.passkey-failed",
            "The passkey was not accepted.", "通行密钥未通过。",
            "Start again; the request is valid for five minutes.", "请重新开始，请求五分钟内有效。";
    }
}

/// What access declares.
pub const CAPABILITY: Capability = Capability {
    name: "access",
    migrations: &[
        Migration { name: "202611240910_access", sql: include_str!("../migrations/202611240910_access.sql") },
        Migration {
            name: "202611240911_access_sign_in",
            sql: include_str!("../migrations/202611240911_access_sign_in.sql"),
        },
    ],
    rights: &[OWN_LOOKS, END_OWN_GRANT, END_GRANT, OPEN_GRANT, MANAGE_ACTORS],
    events: &[
        GRANTED,
        ENDED,
        LOOKS_READ,
        ENROLLED,
        TOKEN_GIVEN,
        TOKEN_TAKEN,
        SIGN_IN_FAILED,
        PASSWORD_SET,
        TOTP_CONFIRMED,
        TOTP_REMOVED,
        PASSKEY_ADDED,
        PASSKEY_REMOVED,
        SESSIONS_ENDED,
        DISABLED,
    ],
    refusals: Refusal::CATALOGUE,
};
