package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asCommand makes the test binary the command.
const asCommand = "IDEM_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command starts the command as a process of its own.
func command(t *testing.T, dir string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), asCommand+"=1", "TMPDIR="+t.TempDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	t.Cleanup(func() {
		if cmd.ProcessState == nil && cmd.Process != nil {
			cmd.Process.Kill()
			cmd.Wait()
		}
	})
	return cmd, &stderr
}

// Whenever it is interrupted, the command ends within a second and leaves
// nothing behind.
func TestInterruptEndsTheProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("needs some seconds")
	}
	dir := t.TempDir()
	var rows strings.Builder
	rows.WriteString(header)
	for i := range 120_000 {
		fmt.Fprintf(&rows, "%d,%s,%s,%04d-%02d-%02d,F,%05d,616%07d\n", i, name(i/2, 1), name(i/2, 2), 1920+i/2%100, 1+i/2%12, 1+i/2%28, 10000+i/2*7%80000, i/2*104729%10_000_000)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "clinic.csv"), []byte(rows.String()), 0o600))
	begin := func(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
		cmd, stderr := command(t, dir, args...)
		return cmd, stderr
	}
	interrupt := func(t *testing.T, cmd *exec.Cmd, stderr *bytes.Buffer, sig os.Signal) {
		require.NoError(t, cmd.Process.Signal(sig))
		at := time.Now()
		err := cmd.Wait()
		took := time.Since(at)
		t.Logf("ended after %v", took.Round(time.Millisecond))
		require.Error(t, err, "it was done before it was interrupted")
		assert.Equal(t, exitInterrupted, cmd.ProcessState.ExitCode(), stderr)
		assert.Contains(t, stderr.String(), interrupted)
		assert.NotContains(t, stderr.String(), "goroutine")
		assert.Equal(t, []string{"clinic.csv"}, names(t, dir))
	}
	for i, wait := range []time.Duration{20, 150, 400, 900, 1500} {
		t.Run(fmt.Sprint(wait*time.Millisecond), func(t *testing.T) {
			cmd, stderr := begin(t, "dedupe", "--out", "out", "clinic.csv")
			require.NoError(t, cmd.Start())
			time.Sleep(100*time.Millisecond + wait*time.Millisecond)
			interrupt(t, cmd, stderr, []os.Signal{os.Interrupt, syscall.SIGTERM}[i%2])
		})
	}
	t.Run("waiting for standard input", func(t *testing.T) {
		cmd, stderr := begin(t, "dedupe", "--out", "out", "-")
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		defer in.Close()
		require.NoError(t, cmd.Start())
		io.WriteString(in, header)
		time.Sleep(200 * time.Millisecond)
		interrupt(t, cmd, stderr, os.Interrupt)
	})
	t.Run("who reads the output goes", func(t *testing.T) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "small.csv"), []byte(clinic()), 0o600))
		cmd, stderr := begin(t, "dedupe", "--out", "out", "small.csv")
		read, writeEnd, err := os.Pipe()
		require.NoError(t, err)
		read.Close()
		cmd.Stdout = writeEnd
		require.NoError(t, cmd.Start())
		writeEnd.Close()
		require.Error(t, cmd.Wait())
		assert.Equal(t, exitError, cmd.ProcessState.ExitCode(), stderr)
		for _, left := range names(t, dir) {
			assert.False(t, strings.HasPrefix(left, "."), left)
		}
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "out")))
	})
}

// A folder that is removed as the last resort takes no more files.
func TestLastResort(t *testing.T) {
	dir := t.TempDir()
	out, err := newFolder(filepath.Join(dir, "out"), false)
	require.NoError(t, err)
	s, err := out.sheet("clusters.csv", "record_id")
	require.NoError(t, err)
	lastResort()
	assert.Empty(t, names(t, dir))
	require.NoError(t, s.row("1"), "what is open has no name any more")
	require.NoError(t, s.close())
	_, err = out.create("pairs.csv")
	assert.Error(t, err)
	assert.Error(t, out.write("model.json", nil))
	assert.Error(t, out.commit())
	assert.NoError(t, out.discard())
	assert.Empty(t, names(t, dir))
}
