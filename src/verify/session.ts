import type { MqttClient } from 'mqtt';
import type { Answer, Message, Session } from './prober.ts';

/** The session of a client that was let in. */
export function sessionOn(client: MqttClient, announcedPacketBytes: number | undefined, milliseconds: number): Session {
  const heard: Message[] = [];
  // Everything that waits for an answer listens for the end, too.
  client.setMaxListeners(0);
  const end: { code?: number | undefined } = {};
  client.on('message', (topic, payload) => {
    // Of what is not about probes only the beginning is kept: a broker can have much to tell.
    if (heard.length < heardAtMost || topic.includes('mqttsec-verify')) {
      heard.push({ topic, payload: payload.toString('utf8', 0, 200) });
    }
  });
  client.on('disconnect', ({ reasonCode }) => (end.code = reasonCode));
  let rounds = 0;
  return {
    isOpen: () => client.connected,
    heard,
    announcedPacketBytes,
    publish: (topic, { payload = probePayload, retain = false } = {}) =>
      published(client, { topic, payload, retain }, milliseconds),
    subscribe: (filters) => subscribed(client, filters, milliseconds),
    settled: () => subscribed(client, [`mqttsec-verify/round/${(rounds += 1)}`], milliseconds),
    sendLarge: (topic, packetBytes) => sentLarge(client, largePublish(topic, packetBytes), end, milliseconds),
    drop: () => client.stream.destroy(),
    close: () => closed(client, milliseconds),
  };
}

const heardAtMost = 100;

/** What whoever hears a probe reads. */
const probePayload = 'probe of mqttsec verify, please ignore';

function published(
  client: MqttClient,
  { topic, payload, retain }: Message & { readonly retain: boolean },
  milliseconds: number,
): Promise<Answer> {
  return answered(client, milliseconds, 'PUBACK', (settle) => {
    client.publish(topic, payload, { qos: 1, retain }, (error, packet) => {
      const code = error
        ? (error as { code?: unknown }).code
        : ((packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0);
      if (typeof code !== 'number') settle({ kind: 'Unanswered', how: error?.message ?? 'no reason code' });
      else settle({ kind: code < 0x80 ? 'Taken' : 'Refused', how: `PUBACK 0x${code.toString(16).padStart(2, '0')}` });
    });
  });
}

async function subscribed(client: MqttClient, filters: readonly string[], milliseconds: number): Promise<boolean> {
  const answer = await answered(client, milliseconds, 'SUBACK', (settle) => {
    // QoS 0 is not held back by a full window of messages in flight, so what is routed comes in its order.
    client.subscribe([...filters], { qos: 0 }, (error) =>
      settle(error ? { kind: 'Refused', how: error.message } : { kind: 'Taken', how: 'SUBACK' }),
    );
  });
  return answer.kind === 'Taken';
}

/** The answer to what `ask` sends, the end of the connection, or the end of patience. */
function answered(
  client: MqttClient,
  milliseconds: number,
  awaited: string,
  ask: (settle: (answer: Answer) => void) => void,
): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      client.off('close', onClose);
      resolve(answer);
    };
    const onClose = (): void => settle({ kind: 'Refused', how: 'the connection was closed' });
    const timer = setTimeout(
      () => settle({ kind: 'Unanswered', how: `no ${awaited} in ${milliseconds} ms` }),
      milliseconds,
    );
    if (!client.connected) return onClose();
    client.once('close', onClose);
    ask(settle);
  });
}

/** Packet identifier that the client library, which counts up from 1, does not come to. */
const largeId = 0xfffe;

/** PUBLISH at QoS 1, MQTT 5.0 section 3.3: topic, packet identifier, no properties, a payload of spaces. */
function largePublish(topic: string, packetBytes: number): Buffer {
  const name = Buffer.from(topic);
  const start = Buffer.concat([
    Buffer.from([name.length >> 8, name.length & 0xff]),
    name,
    Buffer.from([largeId >> 8, largeId & 0xff, 0]),
  ]);
  // Mosquitto measures packets without their fixed header.
  const rest = Buffer.alloc(Math.max(packetBytes - start.length, 0), ' ');
  return Buffer.concat([Buffer.from([0x32, ...lengthBytes(start.length + rest.length)]), start, rest]);
}

/** A variable byte integer, MQTT 5.0 section 1.5.5. */
function lengthBytes(length: number): number[] {
  return length < 0x80 ? [length] : [(length & 0x7f) | 0x80, ...lengthBytes(length >> 7)];
}

/** The library knows nothing of the packet, so its PUBACK is looked for among all that come. */
function sentLarge(
  client: MqttClient,
  packet: Buffer,
  end: { readonly code?: number | undefined },
  milliseconds: number,
): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      client.off('packetreceive', onPacket);
      client.off('close', onClose);
      resolve(answer);
    };
    const onPacket = ({ cmd, messageId }: { readonly cmd: string; readonly messageId?: number | undefined }): void => {
      if (cmd === 'puback' && messageId === largeId) settle({ kind: 'Taken', how: 'read whole and acknowledged' });
    };
    const onClose = (): void =>
      settle({
        kind: 'Refused',
        how: end.code === undefined ? 'the connection was closed' : `DISCONNECT 0x${end.code.toString(16)}`,
      });
    const timer = setTimeout(
      () => settle({ kind: 'Unanswered', how: `no answer in ${milliseconds} ms` }),
      milliseconds,
    );
    client.on('packetreceive', onPacket);
    client.once('close', onClose);
    client.stream.write(packet);
  });
}

function closed(client: MqttClient, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => client.end(true, () => resolve()), milliseconds);
    client.end(!client.connected, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
