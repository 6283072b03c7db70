import type { PasswordMessages } from './password-english.ts';

export const passwordKorean: PasswordMessages = {
  forgotten: '비밀번호를 잊으셨나요?',
  askTitle: '비밀번호 찾기',
  askLead: '가입할 때 쓴 이메일을 알려 주시면 비밀번호를 다시 정할 수 있는 링크를 보내 드려요.',
  ask: '링크 받기',
  askedTitle: '메일함을 확인해 주세요',
  asked: (email) => `${email}(으)로 가입한 계정이 있다면 링크가 담긴 메일이 곧 도착해요.`,
  askedHint: '링크는 30분 동안 한 번만 쓸 수 있어요. 메일이 보이지 않으면 스팸함도 확인해 주세요.',
  askAgain: '다른 이메일 입력하기',
  tooMany: (minutes) => `이 이메일로 링크를 너무 많이 요청했어요. ${minutes}분 후에 다시 시도해 주세요.`,
  setTitle: '새 비밀번호 정하기',
  setLead: '바로 적용되고, 로그인되어 있던 모든 기기에서 로그아웃돼요.',
  set: '비밀번호 바꾸기',
  doneTitle: '비밀번호를 바꿨어요',
  done: '이 계정으로 로그인되어 있던 모든 기기에서 로그아웃되었어요.',
  overTitle: '쓸 수 없는 링크예요',
  over: '링크는 30분 동안 한 번만 쓸 수 있고, 다른 링크로 비밀번호를 바꾸면 쓸 수 없어요. 비밀번호는 그대로예요.',
  anew: '새 링크 받기',
};
