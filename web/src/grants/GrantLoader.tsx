import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { isNotFound } from '../http/problem.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { NotFoundPage } from '../shell/NotFoundPage.tsx';
import type { Grant } from './grant.ts';
import { grantMessages } from './grant-messages.ts';
import './tickets.css';
import { useGrant } from './useGrant.ts';

interface GrantLoaderProps {
  id: string;
  children: (grant: Signal<Grant>, refresh: () => void) => ComponentChildren;
}

/** The frame of a grant's own page: asks for it, and says so when it is nobody's or somebody else's. */
export function GrantLoader(props: GrantLoaderProps) {
  return (
    <MembersOnly>
      <Loader key={props.id} {...props} />
    </MembersOnly>
  );
}

function Loader({ id, children }: GrantLoaderProps) {
  const { state, reload, refresh } = useGrant(id);
  if (state.value.is === 'ready') return <>{children(state.value.value, refresh)}</>;
  if (state.value.is === 'loading')
    return (
      <div class="page narrow" aria-busy="true">
        <div class="skeleton ticket-skeleton" />
      </div>
    );
  const { error } = state.value;
  if (isNotFound(error)) return <NotFoundPage title={grantMessages.value.notFound} />;
  return <LoadFailure error={error} onRetry={reload} />;
}
