import lazy, { ErrorBoundary } from 'preact-iso/lazy';
import { LocationProvider, Route, Router } from 'preact-iso/router';
import { DropListPage } from './drops/DropListPage.tsx';
import { DropPage } from './drops/DropPage.tsx';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { Shell } from './shell/Shell.tsx';

// What a buyer needs in the hardest minute is in the first file; everything else comes when asked for.
const SignInPage = lazy(() => import('./accounts/SignInPage.tsx'));
const SignUpPage = lazy(() => import('./accounts/SignUpPage.tsx'));
const ForgottenPasswordPage = lazy(() => import('./accounts/ForgottenPasswordPage.tsx'));
const ResetPasswordPage = lazy(() => import('./accounts/ResetPasswordPage.tsx'));
const ProfilePage = lazy(() => import('./accounts/ProfilePage.tsx'));
const CouponsPage = lazy(() => import('./coupons/CouponsPage.tsx'));
const CouponPage = lazy(() => import('./coupons/CouponPage.tsx'));
const SlotsPage = lazy(() => import('./slots/SlotsPage.tsx'));
const SlotPage = lazy(() => import('./slots/SlotPage.tsx'));
const ReceiptPage = lazy(() => import('./payments/ReceiptPage.tsx'));
const NotificationsPage = lazy(() => import('./notifications/NotificationsPage.tsx'));
const NotificationSettingsPage = lazy(() => import('./notifications/SettingsPage.tsx'));
const AdminPage = lazy(() => import('./admin/AdminPage.tsx'));

export function Application() {
  return (
    <LocationProvider>
      <ErrorBoundary>
        <Shell>
          <Router onRouteChange={focusContent}>
            <Route path="/" component={DropListPage} />
            <Route path="/drops/:id" component={DropPage} />
            <Route path="/sign-in" component={SignInPage} />
            <Route path="/sign-up" component={SignUpPage} />
            <Route path="/forgotten-password" component={ForgottenPasswordPage} />
            <Route path="/reset-password/:token" component={ResetPasswordPage} />
            <Route path="/profile" component={ProfilePage} />
            <Route path="/coupons" component={CouponsPage} />
            <Route path="/coupons/:id" component={CouponPage} />
            <Route path="/slots" component={SlotsPage} />
            <Route path="/slots/:id" component={SlotPage} />
            <Route path="/receipts/:id" component={ReceiptPage} />
            <Route path="/notifications" component={NotificationsPage} />
            <Route path="/notifications/settings" component={NotificationSettingsPage} />
            <Route path="/admin" component={AdminPage} />
            <Route path="/admin/*" component={AdminPage} />
            <Route default component={NotFoundPage} />
          </Router>
        </Shell>
      </ErrorBoundary>
    </LocationProvider>
  );
}

/** After a change of page the next Tab starts in its content, and readers begin to read there. */
function focusContent(): void {
  document.getElementById('content')?.focus({ preventScroll: true });
}
