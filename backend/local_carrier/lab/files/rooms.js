// Where calls are together or wait: conferences, queues, recordings.

import { byId, element, keep, minutes, time, write, writeName } from './dom.js';
import { conferenceName, participantName } from './names.js';

export function drawConferences(conferences) {
  keep(byId('conferences'), conferences, c => c.sid, makeRoom, (item, conference) => {
    const state = conference.status === 'init' ? 'waiting for a second participant' : conference.status;
    head(item, conferenceName(conference.friendly_name), `${conference.account} \u00b7 ${state}`);
    keep(item.querySelector('ul'), conference.participants, p => p.call_sid,
      () => element('li', {}, element('span'), tag('hold', 'hold'), tag('muted'), tag('coaches')),
      (line, p) => {
        const [name, hold, muted, coaches] = line.children;
        writeName(name, participantName(p));
        hold.hidden = !p.hold;
        muted.hidden = !p.muted;
        coaches.hidden = !p.coaching;
      });
  });
  byId('no-conferences').hidden = conferences.length > 0;
  write(byId('total-conferences'), String(conferences.length));
}

export function drawQueues(queues) {
  keep(byId('queues'), queues, q => q.sid, makeRoom, (item, queue) => {
    head(item, { text: queue.friendly_name }, `${queue.account} \u00b7 ${queue.members.length} of ${queue.max_size}`);
    keep(item.querySelector('ul'), queue.members, m => m.call_sid,
      () => element('li', {}, element('span'), element('span', { className: 'waited' })),
      (line, member) => {
        write(line.children[0], member.caller);
        write(line.children[1], minutes(member.wait_seconds));
      });
  });
  byId('queues-section').hidden = !queues.length;
}

export function drawRecordings(recordings) {
  keep(byId('recordings'), recordings, r => r.sid,
    () => element('li', {}, element('div', { className: 'what' }, element('b'), element('span', { className: 'road' })),
      element('audio', { controls: true, preload: 'none', hidden: true })),
    (line, recording) => {
      const [what, audio] = line.children;
      const length = recording.duration_seconds === null ? '' : ` \u00b7 ${minutes(recording.duration_seconds)}`;
      write(what.children[0], `${recording.source}${recording.channels === 2 ? ', two channels' : ''}`);
      write(what.children[1], `${recording.account} \u00b7 ${time(recording.started_at)} \u00b7 ${recording.status}${length}`);
      if (recording.status === 'completed' && !audio.src) audio.src = `/lab/recordings/${recording.sid}/wav`;
      audio.hidden = recording.status !== 'completed';
    });
  byId('recordings-section').hidden = !recordings.length;
}

const tag = (text, className = '') => element('span', { className: `tag ${className}`, text });

const makeRoom = () => element('li', {}, element('p', { className: 'name' }),
  element('p', { className: 'state' }), element('ul'));

function head(item, name, state) {
  writeName(item.querySelector('.name'), name);
  write(item.querySelector('.state'), state);
}
