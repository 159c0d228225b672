import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';

const file = path.join(import.meta.dirname, '../../schemas/enrolment-event.json');

/** Whether a line of the log of enrolment has the published form. */
export const isEnrolmentEvent = new Ajv({
  strict: true,
  formats: { 'date-time': (text: string) => new Date(text).toJSON() === text },
}).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
