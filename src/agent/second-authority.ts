import { dynamicSecurityQuestion, isAnswerOfDynamicSecurity } from '../domain/broker/dynamic-security.ts';
import type { PublishOutcome, Session } from './client.ts';

/** Whether somebody beside the ACL file has a say over rights: the dynamic-security plugin, known by what it answers. */
export interface Inquiry {
  /** How the question was taken. It is asked once in a session, and again as long as it is refused. */
  ask(): Promise<PublishOutcome>;
  /** True once the plugin answered; it does so before it takes what is published after the question. */
  isAnswered(): boolean;
}

const { topic, payload, answerTopic } = dynamicSecurityQuestion;

export function inquiryIn(session: Session): Inquiry {
  let isSubscribed = false;
  let isAnswered = false;
  let outcome: PublishOutcome | undefined;
  const hear = (heardTopic: string, heard: Uint8Array): void => {
    isAnswered ||= heardTopic === answerTopic && isAnswerOfDynamicSecurity(Buffer.from(heard).toString());
  };
  return {
    async ask() {
      if (outcome?.kind === 'Acknowledged' && outcome.code < 0x80) return outcome;
      isSubscribed ||= await session.subscribe(answerTopic, hear);
      if (!isSubscribed) return { kind: 'Unanswered', reason: 'the subscription was not granted' };
      outcome = await session.publish(topic, payload);
      return outcome;
    },
    isAnswered: () => isAnswered,
  };
}
