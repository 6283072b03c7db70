import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { DropCard } from '../../drops/DropCard.tsx';
import type { Drop } from '../../drops/drop.ts';
import { dropAdminMessages } from '../drops/drop-admin-messages.ts';
import { type Draft, toMinor } from './draft.ts';

/** The card as buyers will see it, while one types. Not a link yet, so it is inert. */
export function DraftPreview({ draft }: { draft: Draft }) {
  const drop = useSignal(previewOf(draft));
  useEffect(() => {
    drop.value = previewOf(draft);
  }, [draft]);
  return (
    <div class="draft-preview" inert>
      <DropCard drop={drop} />
    </div>
  );
}

function previewOf(draft: Draft): Drop {
  const stock = Number(draft.stock) || 0;
  const currency = /^[A-Za-z]{3}$/.test(draft.currency) ? draft.currency.toUpperCase() : 'KRW';
  const opensAt = draft.opens === 'now' || draft.opensAt === '' ? new Date() : new Date(draft.opensAt);
  const image = draft.imageUrl.trim();
  const common = {
    id: draft.title,
    title: draft.title.trim() === '' ? dropAdminMessages.value.dropTitle : draft.title,
    description: draft.description,
    imageUrl: /^(https:\/\/.|\/.)/.test(image) ? image : null,
    state: 'scheduled' as const,
    opensAt: opensAt.toISOString(),
    closesAt: null,
    stock,
    remaining: stock,
    lastGrantedArrival: null,
    perUserLimit: 1,
    waitingLine: false,
    waiting: 0,
    createdAt: opensAt.toISOString(),
  };
  if (draft.kind === 'product')
    return { ...common, kind: 'product', price: toMinor(draft.price, currency) ?? 0, currency, holdMinutes: 30 };
  const discount =
    draft.discountKind === 'percent'
      ? { percent: Number(draft.percent) || 0 }
      : { amount: toMinor(draft.amount, currency) ?? 0, currency };
  return { ...common, kind: 'coupon', discount, validUntil: null, validForDays: 30 };
}
