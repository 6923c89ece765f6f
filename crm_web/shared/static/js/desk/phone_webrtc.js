// The phone in the page: JsSIP as media endpoint. The server holds, mutes, transfers and hangs up;
// the page registers, answers on a click, and lets go of a leg when the server says that it ended.

const RECOVERY_S = { min: 1, max: 8 };
const ANSWER_WAIT_MS = 4000;
const RETRY_MS = 5000;
const CANDIDATES_MS = 2000;
const USABLE = / udp \d+ \d+\.\d+\.\d+\.\d+ /i;

/**
 * options: {fetchSession: async () => {uri, extension, realm, ha1, sid, ws_url},
 *           audio: <audio>, onState: (name, detail) => void}
 * States: off, asking_microphone, microphone_refused, connecting, ready, lost, refused.
 */
export function createWebrtcPhone({ fetchSession, audio, onState }) {
  let ua = null;
  let microphone = null;
  let session = null;
  let wanted = 0; // an answer clicked before the INVITE came
  let retry = null;
  let stopped = true;

  async function openMicrophone() {
    if (microphone?.getTracks().some((track) => track.readyState === "live")) return;
    if (!navigator.mediaDevices) throw new Error("insecure");
    // Opened once for the shift: no question in the middle of a call, and real ICE addresses.
    microphone = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  }

  async function start() {
    stopped = false;
    onState("asking_microphone");
    try {
      await openMicrophone();
    } catch (error) {
      onState("microphone_refused", error.name || String(error));
      return false;
    }
    return register();
  }

  async function register() {
    clearTimeout(retry);
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

  function taken({ originator, session: offered }) {
    if (originator !== "remote") return;
    if (session && !session.isEnded()) {
      offered.terminate({ status_code: 486 });
      return;
    }
    session = offered;
    session.on("peerconnection", (event) => listen(event.peerconnection));
    session.on("icecandidate", firstUsable());
    for (const end of ["ended", "failed"]) {
      session.on(end, () => { if (session === offered) session = null; });
    }
    if (Date.now() < wanted) answer();
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

  function listen(connection) {
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

  return {
    kind: "webrtc",
    start,
    answer,
    end,
    setMuted(yes) {
      if (!session || session.isEnded()) return;
      if (yes) session.mute({ audio: true });
      else session.unmute({ audio: true });
    },
    /** The switch says "not registered" while we think that we are: say it again. */
    refresh() {
      if (ua?.isRegistered()) ua.register();
    },
    hasLeg: () => Boolean(session && !session.isEnded()),
    stop() {
      stopped = true;
      clearTimeout(retry);
      end();
      shutDown();
      for (const track of microphone?.getTracks() ?? []) track.stop();
      microphone = null;
      onState("off");
    },
  };
}
