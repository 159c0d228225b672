import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type CountedCertificate, hourOf, renewalCounts, renewalForecast } from '../../../src/domain/pki/forecast.ts';
import { renewalTime } from '../../../src/domain/pki/renewal.ts';

const hour = 3_600_000;
const now = new Date('2026-03-01T10:20:00Z');
const beginning = hourOf(now);

function at(hours: number): Date {
  return new Date(beginning + hours * hour);
}

function forecastOf(certificates: readonly CountedCertificate[]): ReturnType<typeof renewalForecast> {
  return renewalForecast([renewalCounts(certificates, beginning)]);
}

function due(...hours: readonly number[]): readonly CountedCertificate[] {
  return hours.map((one) => ({ issuedAt: at(-1000), renewalAt: at(one) }));
}

describe('forecast of renewals', () => {
  it('counts what is due from the last full hour on, and what was due before', () => {
    const forecast = forecastOf(due(-30, -0.01, 0, 0.3, 0.99, 1, 23.9, 24, 167.9, 168, 5000));
    assert.deepEqual(forecast, { overdue: 2, nextHour: 3, nextDay: 5, nextWeek: 7, mostIssuedPerHour: 0 });
  });

  it('stays the same within an hour', () => {
    assert.equal(hourOf(new Date('2026-03-01T10:59:59.999Z')), beginning);
    assert.equal(hourOf(new Date('2026-03-01T11:00:00Z')), beginning + hour);
  });

  it('names the hour of the last week in which most were issued, whatever became of them', () => {
    const issued = (hours: number) => ({ issuedAt: at(hours), renewalAt: undefined });
    const busy = [-2.1, -2.5, -2.9].map(issued);
    const before = [-169, -169, -169, -169].map(issued);
    assert.equal(forecastOf([...busy, ...before, issued(0.3), issued(-1)]).mostIssuedPerHour, 3);
    assert.deepEqual(forecastOf([...busy, ...before]), { ...forecastOf([]), mostIssuedPerHour: 3 });
  });

  it('of many is the sum of its parts', () => {
    const certificate = fc.record({
      issuedAt: fc.integer({ min: -200, max: 0 }).map(at),
      renewalAt: fc.option(fc.integer({ min: -5, max: 200 }).map(at), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(fc.array(certificate)), (parts) => {
        const together = renewalForecast(parts.map((part) => renewalCounts(part, beginning)));
        assert.deepEqual(together, forecastOf(parts.flat()));
      }),
    );
  });

  it('spreads a fleet that was issued in one hour over days, so that no hour has more than a few', () => {
    const [days, count] = [86_400_000, 10_000];
    const life = { notBefore: at(0), notAfter: new Date(beginning + 90 * days) };
    const fleet = Array.from({ length: count }, (_, index) => {
      const renewBeforeSeconds = (30 * days) / 1000;
      return { issuedAt: at(0), renewalAt: renewalTime(life, { renewBeforeSeconds, uid: `plant/d-${index}` }) };
    });
    const first = hourOf(new Date(beginning + 57 * days));
    const hours = Array.from({ length: 72 }, (_, index) => {
      return renewalForecast([renewalCounts(fleet, first + index * hour)]).nextHour;
    });
    assert.equal(
      hours.reduce((sum, one) => sum + one, 0),
      count,
    );
    // 139 in each of the 72 hours of three days, were they spread evenly.
    assert.ok(Math.max(...hours) < 220, String(hours));
  });
});
