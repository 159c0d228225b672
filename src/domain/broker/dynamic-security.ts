import type { Reason } from '../reasons.ts';

/**
 * Mosquitto's plugin for rights that are changed at run time. It is asked before the ACL file, and what it allows is final
 * (facts 6.10): beside it, a set that was proved would not be what is enforced.
 */
const plugin = 'mosquitto_dynamic_security';

/** Name of the checks that find it, and reason of the conditions then. */
export const dynamicSecurityCheck = 'DynamicSecurity' satisfies Reason;

export const dynamicSecurityAdvice =
  'the dynamic-security plugin decides over rights here, too: take it out of what starts this broker';

/** A question that changes nothing, and where the plugin takes and answers it. */
export const dynamicSecurityQuestion = {
  topic: '$CONTROL/dynamic-security/v1',
  payload: '{"commands":[{"command":"getDefaultACLAccess"}]}',
  answerTopic: '$CONTROL/dynamic-security/v1/response',
} as const;

/** True if a line of mosquitto.conf loads it: `plugin`, `auth_plugin`, and since 2.1 `global_plugin` and `plugin_load`. */
export function loadsDynamicSecurity(directive: string, value: string): boolean {
  return directive.includes('plugin') && value.includes(plugin);
}

/** Mosquitto 2.1 answers by itself, with an error, where nobody else does. */
export function isAnswerOfDynamicSecurity(payload: string): boolean {
  return payload.includes('"responses"');
}

/** Reason of a condition that says that these checks refuse. */
export function refusalReason(refusals: readonly { readonly check: string }[]): Reason {
  return refusals.some(({ check }) => check === dynamicSecurityCheck) ? dynamicSecurityCheck : 'Refused';
}
