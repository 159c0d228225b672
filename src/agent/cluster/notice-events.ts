/** What clients do, as Kubernetes Events about the BrokerInstance of the agent that saw it. */
import { type EventDraft, type EventLoss, EventRecorder, type EventRecorderOptions } from '../../kube/events.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Notice, NoticeKind } from '../../monitor/notice.ts';

export interface NoticeEvents {
  /** Neither throws nor waits; an Event that cannot be written is lost and counted. */
  readonly record: (notice: Notice) => void;
  /** Writes until the signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface NoticeEventOptions extends Pick<EventRecorderOptions, 'client' | 'clock' | 'newSuffix'> {
  /** Pod or external instance. */
  readonly instanceName: string;
  /** The BrokerInstance, as it was seen last; nothing is written before there is one. */
  readonly instance: () => KubeObject | undefined;
  readonly onLoss: (loss: EventLoss | 'NoInstance', error?: unknown) => void;
}

/** So many identities are named at a time in Events of one reason; all others are one more series. */
const mostNamed = 4;
/** An identity gives its place to another after so long, when its series has ended. */
const placeMilliseconds = 360_000;

/**
 * At most five series of a reason at a time, each written once a minute at most, and of a reason no more than 25 new ones
 * at once and then one in five minutes. A note holds the name of an identity of the broker and nothing else that a client
 * chose: names that were claimed, addresses and topics are in the audit line.
 */
export function noticeEvents({ instance, instanceName, onLoss, ...rest }: NoticeEventOptions): NoticeEvents {
  const recorder = new EventRecorder({
    ...{ ...rest, onLoss, reportingController: 'mqttsecurity.io/agent', reportingInstance: instanceName },
    allowancePer: 'Reason',
  });
  const isNamed = namedFew(rest.clock);
  return {
    record(notice) {
      const regarding = instance();
      if (!regarding) return onLoss('NoInstance');
      recorder.record({ ...draftOf(notice, isNamed(notice)), regarding });
    },
    run: (signal) => recorder.run({ stop: signal, abort: signal }),
  };
}

/** Whether a notice may name its identity. */
function namedFew(clock: NoticeEventOptions['clock']): (notice: Notice) => boolean {
  const places = new Map<NoticeKind, Map<string, number>>();
  return ({ kind, identity }) => {
    if (identity === undefined) return false;
    const now = clock.now().getTime();
    const taken = places.get(kind) ?? new Map<string, number>();
    places.set(kind, taken);
    for (const [other, at] of taken) if (Math.abs(now - at) >= placeMilliseconds) taken.delete(other);
    if (!taken.has(identity) && taken.size >= mostNamed) return false;
    taken.set(identity, now);
    return true;
  };
}

interface Telling {
  readonly type?: EventDraft['type'];
  readonly action: string;
  readonly note: (who: string) => string;
}

const tellings: Readonly<Record<NoticeKind, Telling>> = {
  AuthenticationFailed: {
    action: 'Authenticate',
    note: () => 'Clients are not let in: their credential is wrong or missing. Anyone can cause this in any name.',
  },
  PublishDenied: { action: 'Publish', note: (who) => `The rules refuse what is published by ${who}.` },
  ConnectStorm: { action: 'Connect', note: (who) => `Connects again and again: ${who}.` },
  Oversize: { action: 'Publish', note: (who) => `Larger packets than allowed come from ${who}.` },
  Flood: { action: 'Publish', note: (who) => `More messages at a time than allowed come from ${who}.` },
  Takeover: { action: 'Connect', note: (who) => `Sessions are ended by others with the same identity, of ${who}.` },
  TopicUnseen: { action: 'Publish', note: (who) => `Messages on topics that were never seen before, of ${who}.` },
  SizeUnusual: { action: 'Publish', note: (who) => `Messages much larger than any before, of ${who}.` },
  Silent: { action: 'Connect', note: (who) => `Away for longer than expected: ${who}.` },
  LockedOut: { action: 'Lock', note: (who) => `Locked out for its own acts: ${who}.` },
  Released: { type: 'Normal', action: 'Release', note: (who) => `Released from a lockout: ${who}.` },
};

function draftOf({ kind, identity = '', count }: Notice, isNamed: boolean): Omit<EventDraft, 'regarding'> {
  const { type = 'Warning', action, note } = tellings[kind];
  return {
    type,
    reason: kind,
    action,
    note: note(isNamed ? `identity ${identity}` : 'other identities'),
    times: count,
  };
}
