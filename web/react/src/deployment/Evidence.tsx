import { count, percent, t, type RateView, type RolloutView } from '@pilothouse/core';
import { VerdictBadge } from '../components/Badge';

/** What was counted, what it says, and what it is held against. */
export function Evidence({ rollout }: { rollout: RolloutView }) {
  const { canary, stable, verdict, judgement, judge } = rollout;
  return (
    <section className="card grid grid-cols-[minmax(0,1fr)] gap-2 p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2>{t.deployment.verdict}</h2>
        <VerdictBadge verdict={verdict} />
      </div>
      {judgement && <p>{judgement}</p>}
      {(canary ?? stable) && (
        <div>
          <table className="table [&_:is(td,th)]:px-1.5">
            <thead>
              <tr>
                <th>{t.deploy.version}</th>
                <th className="text-end">{t.deployment.requests}</th>
                <th className="text-end">{t.deployment.failures}</th>
                <th>{t.deployment.rate}</th>
              </tr>
            </thead>
            <tbody>
              {canary && <Rate rate={canary} label={t.deployment.newVersion} />}
              {stable && <Rate rate={stable} label={t.deployment.oldVersion} />}
            </tbody>
          </table>
        </div>
      )}
      {judge.enabled && (
        <p className="hint">
          {rollout.from_version
            ? t.deployment.judgedLine(percent(judge.margin_percent), percent(judge.risk * 100))
            : t.deployment.firstLine(percent(judge.first_limit_percent))}
        </p>
      )}
    </section>
  );
}

function Rate({ rate, label }: { rate: RateView; label: string }) {
  return (
    <tr>
      <td className="min-w-16 [overflow-wrap:anywhere]">
        <span className="code">{rate.version}</span> <span className="text-muted">{label}</span>
      </td>
      <td className="text-end">{count(rate.requests)}</td>
      <td className="text-end">{count(rate.failures)}</td>
      <td>
        <span className="font-semibold">{rate.requests > 0 ? percent(rate.error_percent) : '–'}</span>{' '}
        <span className="text-muted">
          {t.deployment.between(percent(rate.at_least_percent), percent(rate.at_most_percent))}
        </span>
      </td>
    </tr>
  );
}
