// How audio and video are published: by the session's settings, as far as the browser supports them.
import { session } from "./session.js";
import { kept } from "./preferences.js";

const { width, height, fps } = session.video;

// Media servers accept VP8 and VP9 here, and recordings hold nothing else. Other scheduled codecs become the nearest of the two.
const planned = { h264: "vp8", av1: "vp9" }[session.video.codec] ?? session.video.codec;

// Bitrates of good video at 30 fps, and what VP9 saves.
const rates = { 360: 600_000, 720: 1_700_000, 1080: 3_000_000, 2160: 9_000_000 };
const thrift = { vp8: 1, vp9: 0.8 };

const sounds = {
  speech: {
    preset: { maxBitrate: 32_000 }, dtx: true, red: true, stereo: false,
    capture: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  },
  music: {
    preset: { maxBitrate: 96_000 }, dtx: false, red: true, stereo: false,
    capture: { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: false, voiceIsolation: false },
  },
  stereo: {
    preset: { maxBitrate: 128_000 }, dtx: false, red: false, stereo: true,
    capture: { channelCount: 2, echoCancellation: false, noiseSuppression: false, autoGainControl: false, voiceIsolation: false },
  },
};
const sound = sounds[session.audio] ?? sounds.speech;

// Firefox lists codecs that it can't send in layers; the client sends VP8 there.
function can(codec) {
  if (codec === "vp9" && !window.LivekitClient.supportsVP9()) return false;
  const known = window.RTCRtpSender?.getCapabilities?.("video")?.codecs ?? [];
  return known.some((c) => c.mimeType.toLowerCase() === `video/${codec}`);
}

export const codec = can(planned) ? planned : "vp8";

const encoding = { maxBitrate: Math.round((rates[height] ?? 1_700_000) * Math.sqrt(fps / 30) * thrift[codec]), maxFramerate: fps };

const device = (key) => (kept(key) ? { deviceId: { ideal: kept(key) } } : {});

export const camera = () => ({ ...device("videoinput"), resolution: { width, height, frameRate: fps, aspectRatio: width / height } });
export const microphone = () => ({ ...device("audioinput"), ...sound.capture });

// Two modes of screen sharing: sharp text, or smooth video.
export const screens = {
  sharp: { contentHint: "detail", resolution: { width: 1920, height: 1080, frameRate: 15 }, rate: 2_500_000, fps: 15 },
  smooth: { contentHint: "motion", resolution: { width: Math.max(width, 1920), height: Math.max(height, 1080), frameRate: Math.max(fps, 24) }, rate: 6_000_000, fps: Math.max(fps, 24) },
};

// Retries for some seconds with growing delays; after that the page requests a new token.
const patience = [0, 300, 800, 1500, 2500];

export function options() {
  return {
    adaptiveStream: { pixelDensity: "screen" },
    dynacast: true,
    disconnectOnPageLeave: true,
    reconnectPolicy: { nextRetryDelayInMs: ({ retryCount }) => patience[retryCount] ?? null },
    videoCaptureDefaults: camera(),
    audioCaptureDefaults: microphone(),
    audioOutput: kept("audiooutput") ? { deviceId: kept("audiooutput") } : undefined,
    publishDefaults: {
      videoCodec: codec, videoEncoding: encoding, backupCodec: true, simulcast: true,
      audioPreset: sound.preset, dtx: sound.dtx, red: sound.red, forceStereo: sound.stereo,
      screenShareEncoding: { maxBitrate: screens.sharp.rate, maxFramerate: screens.sharp.fps },
    },
  };
}
