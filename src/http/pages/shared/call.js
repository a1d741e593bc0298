// A call between two browsers: sound, picture and real-time text, straight from one to the other. Knows no page and no socket.
//
//   const call = new Call({ polite, ice, send, onstate, ontrack, ontext });
//   await call.share("video");          // opens microphone and camera and sends them: "text", "voice" or "video"
//   call.receive(data);                 // whatever the other side's `send` was given, in its order
//   call.text("where is g"); call.line("where is gate 5?");   // false: no channel, the socket has to carry it
//   call.close();
//
// `polite`    true at the kiosk, false at the desk: when both offer at once, the desk's offer stands (perfect negotiation).
// `ice`       RTCIceServer list, empty by default: both browsers are in one house and nothing outside is asked.
// `send`      given `{description}` or `{candidate}` for the other side.
// `onstate`   given "connecting", "connected", "interrupted", "failed" or "closed". After "failed" and "closed" a call is over;
//             what came in between is mended by itself.
// `ontrack`   given (stream, kinds): `stream` is the same object for the whole call and goes into `srcObject`; `kinds` is what
//             the other side sends now, any of "audio" and "video". Called whenever that changes.
// `ontext`    given `{text}`, the other's whole line so far, or `{line}`, a line they sent.
//
// Make one when both sides have agreed to speak (or when the first signal arrives): making it begins the negotiation.
// `share` rejects as getUserMedia does, and then sends what it sent before.

/** A call that has no connection for so long is over: a visitor who stands and waits has gone by then. */
const CONNECT_MS_MAX = 15_000;

/** Longest text taken from the channel, characters: the sockets' own bound. */
const TEXT_CHARS_MAX = 500;

/** More than this waiting in the channel means that the other side is gone, bytes. */
const WAITING_BYTES_MAX = 64 << 10;

const KINDS = { text: [], voice: ["audio"], video: ["audio", "video"] };
const DEVICES = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
};

export class Call {
  #options;
  #peer = null;
  #channel = null;
  #makingOffer = false;
  #ignoringOffer = false;
  #awaitingAnswer = false; // an answer is being set: an offer that arrives now is no collision
  #theirSession = null; // of the other side's descriptions; another one means that its page was loaded anew
  #senders = new Map(); // kind -> RTCRtpSender
  #local = new MediaStream(); // one for sound and picture, so that lips and words stay together
  #remote = new MediaStream();
  #state = null;
  #deadline = 0;

  constructor({ polite, send, ice = [], onstate = () => {}, ontrack = () => {}, ontext = () => {} }) {
    this.#options = { polite, send, ice, onstate, ontrack, ontext };
    this.#open();
    this.#tell("connecting");
  }

  get state() {
    return this.#state;
  }

  get isOver() {
    return this.#state === "failed" || this.#state === "closed";
  }

  /** What is sent of one's own, for a small picture of oneself. */
  get local() {
    return this.#local;
  }

  get remote() {
    return this.#remote;
  }

  /** Sends what `mode` names and nothing more. Devices that are no longer needed are let go, so that their lights go out. */
  async share(mode) {
    if (this.isOver) return;
    const kinds = KINDS[mode];
    for (const track of this.#local.getTracks()) if (!kinds.includes(track.kind)) await this.#drop(track);
    const missing = kinds.filter((kind) => !this.#track(kind));
    if (missing.length === 0) return;
    const stream = await navigator.mediaDevices.getUserMedia(Object.fromEntries(missing.map((kind) => [kind, DEVICES[kind]])));
    if (this.isOver) return stream.getTracks().forEach((track) => track.stop());
    for (const track of stream.getTracks()) await this.#add(track);
  }

  /** Silences the microphone ("audio") or blackens the camera ("video") without another negotiation. */
  mute(kind, isMuted) {
    const track = this.#track(kind);
    if (track) track.enabled = !isMuted;
  }

  /** One's own whole line so far; empty when it was taken back. */
  text(text) {
    return this.#write({ text });
  }

  /** A line that is sent. */
  line(line) {
    return this.#write({ line });
  }

  /** Takes what the other side's `send` was given. */
  async receive({ description, candidate }) {
    if (this.isOver) return;
    try {
      if (description) await this.#describe(description);
      else if (candidate) await this.#peer.addIceCandidate(candidate);
    } catch (error) {
      // Candidates and answers to an offer that was dropped mean nothing; whatever matters shows when the deadline passes.
      if (!this.#ignoringOffer) console.debug("a signal was not taken", error.name);
    }
  }

  /** What went through so far; null when the call is over. Frames are counted by decoder and encoder, time in milliseconds. */
  async counters() {
    if (this.isOver) return null;
    const found = { framesReceived: 0, framesSent: 0, bytesReceived: 0, bytesSent: 0, packetsLost: 0, roundTripMs: null, width: 0, height: 0 };
    for (const report of (await this.#peer.getStats()).values()) count(report, found);
    return found;
  }

  close() {
    this.#end("closed");
  }

  #open() {
    const { ice } = this.#options;
    const peer = new RTCPeerConnection({ iceServers: ice });
    this.#peer = peer;
    this.#makingOffer = this.#ignoringOffer = this.#awaitingAnswer = false;
    // Made on both sides with one number, so that it is no matter who offers first.
    this.#channel = peer.createDataChannel("rtt", { negotiated: true, id: 0 });
    this.#channel.onmessage = (message) => this.#read(message.data);
    this.#channel.onclose = () => peer === this.#peer && this.#tell("interrupted");
    peer.onnegotiationneeded = () => this.#offer(peer);
    peer.onicecandidate = ({ candidate }) => candidate && this.#options.send({ candidate: candidate.toJSON() });
    peer.onconnectionstatechange = () => peer === this.#peer && this.#follow(peer.connectionState);
  }

  /** The other page was loaded anew: what was agreed with its predecessor is void, what is shared is not. */
  #reopen() {
    this.#peer.close();
    this.#senders.clear();
    this.#open();
    for (const track of this.#local.getTracks()) this.#senders.set(track.kind, this.#peer.addTrack(track, this.#local));
    this.#tell("connecting");
  }

  async #offer(peer) {
    try {
      this.#makingOffer = true;
      await peer.setLocalDescription();
      if (peer === this.#peer) this.#options.send({ description: peer.localDescription.toJSON() });
    } catch (error) {
      console.debug("no offer was made", error.name);
    } finally {
      if (peer === this.#peer) this.#makingOffer = false;
    }
  }

  async #describe(description) {
    const session = /^o=\S+ (\S+)/m.exec(description.sdp)?.[1] ?? null;
    const isOffer = description.type === "offer";
    if (isOffer && this.#theirSession && session !== this.#theirSession) this.#reopen();
    const peer = this.#peer;
    const isReady = !this.#makingOffer && (peer.signalingState === "stable" || this.#awaitingAnswer);
    this.#ignoringOffer = isOffer && !isReady && !this.#options.polite;
    if (this.#ignoringOffer) return;
    this.#theirSession = session;
    this.#awaitingAnswer = description.type === "answer";
    await peer.setRemoteDescription(description).finally(() => (this.#awaitingAnswer = false));
    if (peer !== this.#peer) return;
    if (isOffer) {
      await peer.setLocalDescription();
      this.#options.send({ description: peer.localDescription.toJSON() });
    }
    this.#hear();
  }

  #track(kind) {
    return this.#local.getTracks().find((track) => track.kind === kind);
  }

  async #add(track) {
    this.#local.addTrack(track);
    const sender = this.#senders.get(track.kind);
    if (!sender) return void this.#senders.set(track.kind, this.#peer.addTrack(track, this.#local));
    await sender.replaceTrack(track);
    this.#direct(sender, "sendrecv");
  }

  async #drop(track) {
    track.stop();
    this.#local.removeTrack(track);
    const sender = this.#senders.get(track.kind);
    await sender.replaceTrack(null);
    this.#direct(sender, "recvonly");
  }

  #direct(sender, direction) {
    const transceiver = this.#peer.getTransceivers().find((one) => one.sender === sender);
    if (transceiver) transceiver.direction = direction;
  }

  /** Compares what is received with what was agreed: `muted` of a track stays true in Chromium after a collision of offers. */
  #hear() {
    const receiving = this.#peer.getTransceivers().filter((one) => ["sendrecv", "recvonly"].includes(one.currentDirection));
    const tracks = receiving.map((one) => one.receiver.track);
    const before = this.#remote.getTracks();
    if (tracks.length === before.length && tracks.every((track) => before.includes(track))) return;
    for (const track of before) this.#remote.removeTrack(track);
    for (const track of tracks) this.#remote.addTrack(track);
    this.#options.ontrack(this.#remote, tracks.map((track) => track.kind));
  }

  #follow(connection) {
    if (connection === "connected") return this.#tell("connected");
    if (connection === "connecting" && this.#state === "connecting") return;
    if (connection === "disconnected" || connection === "failed") this.#tell("interrupted");
    // One side is enough, and it is the one whose offer stands.
    if (connection === "failed" && !this.#options.polite) this.#peer.restartIce();
  }

  #tell(state) {
    if (state === this.#state || this.isOver) return;
    const wasWaiting = this.#state === "connecting" || this.#state === "interrupted";
    this.#state = state;
    const isWaiting = state === "connecting" || state === "interrupted";
    if (isWaiting && !wasWaiting) this.#deadline = setTimeout(() => this.#end("failed"), CONNECT_MS_MAX);
    if (!isWaiting) clearTimeout(this.#deadline);
    this.#options.onstate(state);
  }

  #end(state) {
    if (this.isOver) return;
    for (const track of this.#local.getTracks()) track.stop();
    this.#peer.close();
    this.#tell(state);
  }

  #write(words) {
    const channel = this.#channel;
    if (this.isOver || channel.readyState !== "open" || channel.bufferedAmount > WAITING_BYTES_MAX) return false;
    channel.send(JSON.stringify(words));
    return true;
  }

  #read(data) {
    let words;
    try {
      words = JSON.parse(data);
    } catch {
      return;
    }
    for (const key of ["text", "line"]) {
      if (typeof words?.[key] === "string") this.#options.ontext({ [key]: words[key].slice(0, TEXT_CHARS_MAX) });
    }
  }
}

/** Adds what one report of getStats says. */
function count(report, found) {
  if (report.type === "inbound-rtp" && report.kind === "video") {
    found.framesReceived += report.framesDecoded ?? 0;
    Object.assign(found, { width: report.frameWidth ?? 0, height: report.frameHeight ?? 0 });
  }
  if (report.type === "inbound-rtp") found.packetsLost += report.packetsLost ?? 0;
  if (report.type === "outbound-rtp" && report.kind === "video") found.framesSent += report.framesEncoded ?? 0;
  if (report.type === "transport") {
    found.bytesReceived += report.bytesReceived ?? 0;
    found.bytesSent += report.bytesSent ?? 0;
  }
  const isChosen = report.type === "candidate-pair" && report.nominated && report.state === "succeeded";
  if (isChosen && report.currentRoundTripTime !== undefined) found.roundTripMs = Math.round(report.currentRoundTripTime * 1000);
}
