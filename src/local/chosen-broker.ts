import { keyOf, type Broker, type Fleet } from '../domain/fleet.ts';

/** The broker that is meant: the only one, or the one of this NAME or NAMESPACE/NAME. Throws with what there is. */
export function chosenBroker(fleet: Fleet, name: string | undefined): Broker {
  const all = [...fleet.brokers.values()];
  const known = all.map((broker) => keyOf(broker)).join(', ');
  if (all.length === 0) throw new Error('choose broker: the manifests declare no valid MqttBroker');
  const found = all.filter((broker) => name === undefined || broker.origin.name === name || keyOf(broker) === name);
  const [broker] = found;
  if (broker && found.length === 1) return broker;
  if (name === undefined) throw new Error(`choose broker: there are several; give one of ${known} with --broker`);
  if (!broker) throw new Error(`choose broker: there is no MqttBroker ${name}; there is ${known}`);
  throw new Error(`choose broker: ${name} is ambiguous; write NAMESPACE/NAME as in ${known}`);
}
