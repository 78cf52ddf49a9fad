// A person talks through the computer's own microphone, and hears through its speakers.

import { byId } from './dom.js';

// `dial` posts our offer and gives the phone, whose `answer_sdp` is the carrier's half.
export async function microphoneCall(dial) {
  const microphone = await navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null);
  if (!microphone) throw new Error('The browser gives no microphone: allow it for this page, or choose another voice.');
  const peer = new RTCPeerConnection();
  try {
    for (const track of microphone.getTracks()) peer.addTrack(track, microphone);
    peer.ontrack = ({ streams }) => listen(peer, streams[0]);
    await peer.setLocalDescription(await peer.createOffer());
    const phone = await dial(peer.localDescription.sdp);
    await peer.setRemoteDescription({ type: 'answer', sdp: phone.answer_sdp });
    peer.onconnectionstatechange = () => {
      if (['closed', 'failed', 'disconnected'].includes(peer.connectionState)) stop(peer, microphone);
    };
    return phone;
  } catch (error) {
    stop(peer, microphone);
    throw error;
  }
}

function listen(peer, stream) {
  const speaker = byId('speaker');
  speaker.srcObject = stream;
  speaker.play();
}

function stop(peer, microphone) {
  for (const track of microphone.getTracks()) track.stop();
  peer.close();
}
