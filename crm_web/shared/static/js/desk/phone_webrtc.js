// The phone in the page: JsSIP as media endpoint. The server holds, mutes, transfers and hangs up;
// the page registers, answers on a click, and lets go of a leg when the server says that it ended.

const RECOVERY_S = { min: 1, max: 8 };
const ANSWER_WAIT_MS = 4000;
const RETRY_MS = 5000;
const CANDIDATES_MS = 2000;
const LOCK_PATIENCE_MS = 700;
const MICROPHONE_TROUBLE = {
  NotFoundError: "microphone_missing",
  NotReadableError: "microphone_missing",
  insecure: "insecure",
};
const USABLE = / udp \d+ \d+\.\d+\.\d+\.\d+ /i;

/**
 * options: {fetchSession: async () => {uri, extension, realm, ha1, sid, ws_url},
 *           audio: <audio>, onState: (name, detail) => void, lock: name of this agent's phone in
 *           this browser, expects: (contactId) => boolean: may such a leg be answered unasked}
 * States: off, waiting (another tab of this browser has it), asking_microphone,
 * microphone_refused, microphone_missing, insecure, connecting, ready, lost, refused.
 */
export function createWebrtcPhone({ fetchSession, audio, onState, lock, expects }) {
  let ua = null;
  let microphone = null;
  let session = null;
  let wanted = 0; // an answer clicked before the INVITE came
  let retry = null;
  let stopped = true;
  let incoming = null; // {auto, contact} of the session that rings
  let starting = null;
  let letGo = null; // gives the browser's lock back
  let waiting = null;
  const tabs = lock && globalThis.BroadcastChannel ? new BroadcastChannel(lock) : null;
  let givenAway = false;
  if (tabs) tabs.onmessage = giveAway;

  /** One phone per browser: the lock frees itself when its tab stops the phone or dies. */
  function holdLock() {
    if (letGo || !lock || !navigator.locks) return Promise.resolve();
    waiting = new AbortController();
    const told = setTimeout(() => onState("waiting"), LOCK_PATIENCE_MS);
    return new Promise((taken, failed) => {
      navigator.locks.request(lock, { signal: waiting.signal }, () => {
        clearTimeout(told);
        taken();
        return new Promise((done) => { letGo = done; });
      }).catch((error) => { clearTimeout(told); failed(error); });
    });
  }

  function release() {
    letGo?.();
    letGo = null;
  }

  /** A waiting tab takes the phone; the leg stays until the server has placed the other one. */
  function giveAway() {
    if (!letGo) return;
    givenAway = true;
    if (session && !session.isEnded()) release();
    else stop();
  }

  async function openMicrophone() {
    if (microphone?.getTracks().some((track) => track.readyState === "live")) return;
    if (!navigator.mediaDevices) throw new Error("insecure");
    // Opened once for the shift: no question in the middle of a call, and real ICE addresses.
    microphone = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    const [track] = microphone.getAudioTracks();
    const mine = microphone;
    track.addEventListener("ended", () => { if (microphone === mine) unplugged(); });
    const senders = session?.isEstablished() ? session.connection.getSenders() : [];
    for (const sender of senders) if (sender.track?.kind === "audio") sender.replaceTrack(track);
  }

  /** Nobody may be given a call that cannot be spoken in: the phone signs off until it is back. */
  function unplugged() {
    microphone = null;
    onState("microphone_missing");
    if (!session || session.isEnded()) shutDown();
  }

  function start() {
    starting ??= begin().finally(() => { starting = null; });
    return starting;
  }

  async function begin() {
    stopped = false;
    givenAway = false;
    try {
      await holdLock();
    } catch {
      return false; // stopped while waiting
    }
    onState("asking_microphone");
    try {
      await openMicrophone();
    } catch (error) {
      onState(MICROPHONE_TROUBLE[error.name] ?? MICROPHONE_TROUBLE[error.message]
        ?? "microphone_refused", error.name || String(error));
      return false;
    }
    if (session?.isEstablished() && ua?.isRegistered()) { // plugged in again in the middle of a talk
      onState("ready");
      return true;
    }
    return register();
  }

  async function register() {
    clearTimeout(retry);
    if (session && !session.isEnded()) { // a new agent would end the call: wait until it is over
      retry = setTimeout(register, RETRY_MS);
      return false;
    }
    onState("connecting");
    let credentials;
    try {
      credentials = await fetchSession();
    } catch (error) {
      return again(error.status ? `HTTP ${error.status}` : "network");
    }
    if (stopped) return false;
    shutDown();
    const socket = new JsSIP.WebSocketInterface(credentials.ws_url);
    ua = new JsSIP.UA({
      sockets: [socket],
      uri: credentials.uri,
      authorization_user: credentials.extension,
      realm: credentials.realm,
      ha1: credentials.ha1,
      register_expires: 60,
      session_timers: false,
      connection_recovery_min_interval: RECOVERY_S.min,
      connection_recovery_max_interval: RECOVERY_S.max,
      extra_headers: [`X-Clearline-Session: ${credentials.sid}`],
    });
    ua.on("registered", () => onState("ready"));
    ua.on("disconnected", () => { if (!stopped) onState("lost"); });
    // JsSIP never registers again by itself after a refusal: fresh credentials, new agent.
    ua.on("registrationFailed", (event) => again(event.cause));
    ua.on("newRTCSession", taken);
    ua.start();
    return true;
  }

  function again(reason) {
    onState("refused", reason);
    clearTimeout(retry);
    if (!stopped) retry = setTimeout(register, RETRY_MS);
    return false;
  }

  function taken({ originator, session: offered, request }) {
    if (originator !== "remote") return;
    const header = (name) => request?.getHeader?.(name) ?? "";
    const next = { auto: header("X-Clearline-Auto-Answer") === "1",
      contact: header("X-Clearline-Contact") };
    if (session && !session.isEnded()) {
      // The server brings a call back whose old leg we have not seen end.
      if (!next.auto || !expects(next.contact)) {
        offered.terminate({ status_code: 486 });
        return;
      }
      const stale = session;
      session = null;
      try { stale.terminate(); } catch { /* it is gone already */ }
    }
    session = offered;
    incoming = next;
    session.on("peerconnection", (event) => listen(event.peerconnection, offered));
    session.on("icecandidate", firstUsable());
    for (const end of ["ended", "failed"]) {
      session.on(end, () => {
        if (session === offered) session = null;
        if (!microphone && !session) shutDown();
        if (givenAway && !session) stop();
      });
    }
    if (Date.now() < wanted) answer();
    else settle();
  }

  /** Answers a leg that may be answered unasked; asked again whenever the state changes. */
  function settle() {
    if (session?.isInProgress() && incoming?.auto && expects(incoming.contact)) answer();
  }

  // Gathering everything costs 120 ms; one IPv4 address over UDP is all that the switch needs.
  function firstUsable() {
    let late = null;
    return (event) => {
      clearTimeout(late);
      if (USABLE.test(event.candidate.candidate)) event.ready();
      else late = setTimeout(() => event.ready(), CANDIDATES_MS);
    };
  }

  function listen(connection, of) {
    connection.addEventListener("iceconnectionstatechange", () => {
      // No BYE reaches us after the socket was replaced; a dead path says the same, later.
      if (connection.iceConnectionState === "failed" && session === of) end();
    });
    connection.addEventListener("track", (event) => {
      audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      audio.play().catch(() => onState("sound_blocked"));
    });
  }

  function answer() {
    if (!session || session.isEnded()) {
      wanted = Date.now() + ANSWER_WAIT_MS;
      return true;
    }
    wanted = 0;
    if (session.isInProgress()) {
      session.answer({
        mediaConstraints: { audio: true, video: false },
        mediaStream: microphone,
        pcConfig: { iceServers: [] },
      });
    }
    return true;
  }

  function end() {
    wanted = 0;
    if (session && !session.isEnded()) {
      try { session.terminate(); } catch { /* it ended in the same moment */ }
    }
    session = null;
    audio.srcObject = null;
  }

  function shutDown() {
    if (ua) {
      ua.removeAllListeners();
      ua.stop();
    }
    ua = null;
  }

  function stop() {
    stopped = true;
    clearTimeout(retry);
    end();
    shutDown();
    waiting?.abort();
    release();
    for (const track of microphone?.getTracks() ?? []) track.stop();
    microphone = null;
    onState("off");
  }

  return {
    kind: "webrtc",
    start,
    answer,
    end,
    settle,
    /** Turn down what rings, so that the caller's side is told at once. */
    reject() {
      if (!session?.isInProgress()) return false;
      session.terminate({ status_code: 603 });
      return true;
    },
    /** The machine slept: every connection is suspect. */
    wake() {
      if (stopped || !ua) return;
      if (session && !session.isEnded()) ua.register();
      else register();
    },
    setMuted(yes) {
      if (!session || session.isEnded()) return;
      if (yes) session.mute({ audio: true });
      else session.unmute({ audio: true });
    },
    /** The switch says "not registered" while we think that we are: say it again. */
    refresh() {
      if (ua?.isRegistered()) ua.register();
    },
    /** Takes the phone from the tab of this browser that has it. */
    claim() {
      tabs?.postMessage("claim");
    },
    hasLeg: () => Boolean(session && !session.isEnded()),
    stop,
  };
}
