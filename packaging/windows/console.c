// Sends Ctrl-C to a program, as a console does: console.exe FILE TEXT COMMAND
// The program's stderr goes to FILE. Once FILE contains TEXT, the event is sent. The exit code is that of the program.

#include <windows.h>
#include <stdio.h>
#include <string.h>

// This program gets the event too.
static BOOL WINAPI stay(DWORD event) {
  (void)event;
  return TRUE;
}

static int contains(const char *path, const char *text) {
  static char bytes[1 << 16];
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  size_t size = fread(bytes, 1, sizeof bytes - 1, file);
  bytes[size] = 0;
  fclose(file);
  return strstr(bytes, text) != NULL;
}

static int give_up(HANDLE process, const char *what) {
  fprintf(stderr, "%s: error %lu\n", what, GetLastError());
  TerminateProcess(process, 1);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  SetConsoleCtrlHandler(stay, TRUE);
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  STARTUPINFOA start = {sizeof start};
  start.dwFlags = STARTF_USESTDHANDLES;
  start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  start.hStdError = CreateFileA(arguments[1], GENERIC_WRITE, FILE_SHARE_READ, &inherited, CREATE_ALWAYS, 0, NULL);
  PROCESS_INFORMATION program;
  if (!CreateProcessA(NULL, arguments[3], NULL, NULL, TRUE, 0, NULL, NULL, &start, &program)) return 3;
  while (!contains(arguments[1], arguments[2]))
    if (WaitForSingleObject(program.hProcess, 20) != WAIT_TIMEOUT) return give_up(program.hProcess, "it ended before");
  if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0)) return give_up(program.hProcess, "GenerateConsoleCtrlEvent");
  if (WaitForSingleObject(program.hProcess, 60000) != WAIT_OBJECT_0) return give_up(program.hProcess, "it did not end");
  DWORD code;
  GetExitCodeProcess(program.hProcess, &code);
  return (int)code;
}
