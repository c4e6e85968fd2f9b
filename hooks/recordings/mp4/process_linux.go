package mp4

import (
	"os/exec"
	"runtime"
	"syscall"
)

// ownGroup puts a command in a process group of its own, which is killed as a whole when its context ends, and when this process dies.
func ownGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}

// onOneThread calls f on a thread that lives until it returns. Otherwise the command would be killed with the thread that started it.
func onOneThread(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return f()
}
