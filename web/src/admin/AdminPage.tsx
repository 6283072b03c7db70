import { useLocation } from 'preact-iso/router';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import { messages } from '../language/language.ts';
import { AdminDropList } from './AdminDropList.tsx';
import './admin.css';
import { CouponTillPage } from './CouponTillPage.tsx';
import { CreateDropPage } from './CreateDropPage.tsx';
import { DeliveryLogPage } from './DeliveryLogPage.tsx';
import { EditDropPage } from './EditDropPage.tsx';

/** Everything under /admin; its code is loaded by administrators only. */
export default function AdminPage() {
  return (
    <MembersOnly>
      {account.value?.role === 'admin' ? (
        <AdminRoutes />
      ) : (
        <div class="page">
          <p class="empty">{messages.value.shell.adminOnly}</p>
        </div>
      )}
    </MembersOnly>
  );
}

function AdminRoutes() {
  const { path } = useLocation();
  const [, , id] = path.split('/');
  if (id === undefined || id === '') return <AdminDropList />;
  if (id === 'coupons') return <CouponTillPage />;
  if (id === 'deliveries') return <DeliveryLogPage />;
  return id === 'new' ? <CreateDropPage /> : <EditDropPage key={id} id={decodeURIComponent(id)} />;
}
