// Passkeys: asks the server for a challenge, lets the browser sign it, sends the
// answer back. A button carries data-passkey="use" or "add" and the two addresses.
(() => {
  "use strict";
  const bytes = (text) => {
    const padded = text.replace(/-/g, "+").replace(/_/g, "/") + "===".slice((text.length + 3) % 4);
    return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
  };
  const encoded = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const withBytes = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function post(address, body) {
    const answer = await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    });
    const reply = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const words = document.documentElement.lang.startsWith("zh") && reply.zh ? reply.zh : reply;
      throw Object.assign(new Error("refused"), { says: [words.title, words.hint].filter(Boolean).join(" ") });
    }
    return reply;
  }

  async function use(options) {
    const held = await navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: withBytes(options.allowCredentials) },
    });
    const { authenticatorData, clientDataJSON, signature, userHandle } = held.response;
    return {
      id: held.id,
      rawId: encoded(held.rawId),
      type: held.type,
      extensions: held.getClientExtensionResults(),
      response: {
        authenticatorData: encoded(authenticatorData),
        clientDataJSON: encoded(clientDataJSON),
        signature: encoded(signature),
        userHandle: userHandle && userHandle.byteLength ? encoded(userHandle) : null,
      },
    };
  }

  async function add(options) {
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: withBytes(options.excludeCredentials),
      },
    });
    const { attestationObject, clientDataJSON } = made.response;
    return {
      id: made.id,
      rawId: encoded(made.rawId),
      type: made.type,
      extensions: made.getClientExtensionResults(),
      response: {
        attestationObject: encoded(attestationObject),
        clientDataJSON: encoded(clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : [],
      },
    };
  }

  for (const button of document.querySelectorAll("button[data-passkey]")) {
    const status = document.getElementById(button.dataset.status);
    const supported = "PublicKeyCredential" in window && navigator.credentials;
    if (!supported) {
      status.textContent = button.dataset.unsupported;
      status.hidden = false;
      continue;
    }
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      status.hidden = false;
      status.textContent = button.dataset.waiting;
      try {
        const field = button.dataset.name && document.getElementById(button.dataset.name);
        const started = await post(button.dataset.start, { name: field ? field.value.trim() : "" });
        const credential = await (button.dataset.passkey === "add" ? add : use)(started.options.publicKey);
        const label = button.dataset.label && document.getElementById(button.dataset.label);
        const reply = await post(button.dataset.finish, {
          ceremony: started.ceremony,
          credential,
          label: label ? label.value : "",
          next: button.dataset.next || "",
        });
        location.assign(reply.next || button.dataset.next);
      } catch (error) {
        status.textContent = error.says || button.dataset.failed;
        button.disabled = false;
      }
    });
  }
})();
